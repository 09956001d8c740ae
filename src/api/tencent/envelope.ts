import { randomBytes, randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { NOT_SENT_CODE } from '../../contract/robot-plan.js';
import { writeWireJson } from '../../contract/wire-json.js';
import { factsOf } from '../answer.js';

/** The codes that are given here; what Tencent itself says is handed on as it is. */
export const FACADE_CODES = {
  ok: 0,
  brokenJson: 60003,
  /** Nobody can say yet what came of it. */
  unknown: 60008,
  noSuchCommand: 60009,
  /** Nothing was asked of anybody. */
  away: NOT_SENT_CODE,
  tryAgain: 101001,
  invalid: 101002,
  over: 101004,
} as const;

/** Said of a start that may be sent again: it is the same start, whatever became of the first one. */
export const REPEAT = 'repeating the same request is safe';

/** An answer that is not `OK`, in Tencent's envelope. */
export class TencentFailure extends Error {
  override readonly name = 'TencentFailure';
  readonly code: number;

  constructor(code: number, info: string) {
    super(info);
    this.code = code;
  }
}

export const sendOk = (res: Response, response?: object): void =>
  send(res, FACADE_CODES.ok, '', response);

export const sendFail = (res: Response, { code, message }: TencentFailure): void =>
  send(res, code, message);

/** HTTP is always well: the truth is in `ErrorCode`. */
function send(res: Response, code: number, info: string, response?: object): void {
  factsOf(res).code = code;
  const envelope = {
    ErrorCode: code,
    ErrorInfo: info,
    ActionStatus: code === FACADE_CODES.ok ? 'OK' : 'FAIL',
    RequestId: requestId(),
    ...(response !== undefined && { Response: response }),
  };
  res.status(200).set('Cache-Control', 'no-store').type('application/json');
  res.send(writeWireJson(envelope));
}

const requestId = (): string =>
  `Id-${randomUUID().replaceAll('-', '')}-O-Seq-${randomBytes(4).readUInt32BE()}`;
