import type { Response } from 'express';
import { CODES, type Code, type ErrorCode, RETRY_AFTER_SECONDS } from '../contract/codes.js';
import { writeWireJson } from '../contract/wire-json.js';

/** `fit`: the HTTP status that fits each code. `200`: always 200, the code alone tells. */
export type HttpStatusMode = 'fit' | '200';

export const httpStatusOf = (mode: HttpStatusMode, code: Code): number =>
  mode === '200' ? 200 : CODES[code].http;

/** What the access log and the metrics read of an answer. */
export interface AnswerFacts {
  operationId?: string;
  isStream?: boolean;
  /** Of the envelope, whichever API it belongs to; a word where its codes do not tell enough. */
  code?: number | string;
}
export const factsOf = (res: Response): AnswerFacts => res.locals as AnswerFacts;

export function sendData(res: Response, data: object): void {
  factsOf(res).code = 0;
  send(res, 200, { code: 0, message: CODES[0].message, data });
}

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly status: number;
}

export function sendFailure(res: Response, { code, message, status }: Failure): void {
  factsOf(res).code = code;
  const retryAfter = RETRY_AFTER_SECONDS[code];
  if (retryAfter !== undefined) res.set('Retry-After', String(retryAfter));
  if (code === 40101) res.set('WWW-Authenticate', 'Bearer');
  send(res, status, { code, message, data: null });
}

function send(res: Response, status: number, envelope: object): void {
  res.status(status).set('Cache-Control', 'no-store').type('application/json');
  res.send(writeWireJson(envelope));
}
