import type { ServerResponse } from 'node:http';
import { carriedOut } from '../carried-out.js';
import type { Fault } from '../fault-rules.js';
import type { Timers } from '../timers.js';
import { typeOf, type Wire, written } from './wire.js';

/**
 * - `lose-answer`: the connection breaks; of a push: it is not sent.
 * - `slow-effect`, `slow-answer`: `ms` pass before, or after, the request is carried out. Of a push: it
 *   is sent `ms` later.
 * - `status`: an HTTP status of something in between. `malformed`: an answer that breaks off.
 * - `code`: a failure with this code; without effect unless `effect` is true.
 * - `twice`: carried out twice, and the second answer is given; of a push: sent twice.
 * - `bare`: nothing but the code.
 *
 * Where nothing is said, the request is carried out.
 */
export const FAULT_KINDS = [
  'lose-answer',
  'slow-effect',
  'slow-answer',
  'status',
  'malformed',
  'code',
  'twice',
  'bare',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export type Answer = Readonly<Record<string, unknown>> & { readonly statusCode: string };

export interface Exchange {
  readonly wire: Wire;
  readonly response: ServerResponse;
  readonly timers: Timers;
  readonly carryOut: () => Answer;
}

/** Carries a request out as far as this fault lets it, and answers as the fault wants. */
export async function answerWith(fault: Fault<FaultKind> | undefined, exchange: Exchange) {
  const { wire, response, timers, carryOut } = exchange;
  const send = (status: number, body: string) =>
    void response.writeHead(status, { 'content-type': typeOf(wire) }).end(body);
  const say = (answer: Answer) => send(200, written(wire, 'Response', answer));
  if (fault === undefined) return say(carryOut());
  const failure: Answer = { statusCode: String(fault.code ?? '111000'), statusMsg: 'fault' };
  const answer = await carriedOut(fault, { timers, carryOut, failure });
  switch (fault.kind) {
    case 'lose-answer':
      response.destroy();
      return undefined;
    case 'status':
      return send(fault.status ?? 502, '<html>bad gateway</html>');
    case 'malformed':
      return send(200, written(wire, 'Response', answer).slice(0, -9));
    case 'code':
      return say(failure);
    case 'bare':
      return say({ statusCode: answer.statusCode });
    case 'slow-effect':
    case 'slow-answer':
    case 'twice':
      return say(answer);
  }
}
