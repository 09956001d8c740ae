import type { ServerResponse } from 'node:http';
import { carriedOut } from '../carried-out.js';
import type { Fault } from '../fault-rules.js';
import type { Timers } from '../timers.js';
import { type Answer, fail, written } from './answers.js';

/**
 * - `lose-answer`: the connection breaks; of a callback: it is not sent.
 * - `slow-effect`, `slow-answer`: `ms` pass before, or after, the command is carried out. A client
 *   that has hung up meanwhile does not undo it. Of a callback: it is sent `ms` later.
 * - `status`: an HTTP status of something in between. `malformed`: an answer that breaks off.
 * - `code`: a FAIL with this code; without effect unless `effect` is true.
 * - `twice`: carried out twice, and the second answer is given; of a callback: sent twice.
 * - `no-call-id`: an OK without `Response`. `bare`: nothing but code and `Response`.
 *
 * Where nothing is said, the command is carried out.
 */
export const FAULT_KINDS = [
  'lose-answer',
  'slow-effect',
  'slow-answer',
  'status',
  'malformed',
  'code',
  'twice',
  'no-call-id',
  'bare',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const send = (response: ServerResponse, status: number, body: string) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
};

/** Carries the command out as far as this fault lets it, and answers as the fault wants. */
export async function answerWith(
  fault: Fault<FaultKind> | undefined,
  carryOut: () => Answer,
  response: ServerResponse,
  timers: Timers,
): Promise<void> {
  if (fault === undefined) return send(response, 200, written(carryOut()));
  const failure = fail(fault.code ?? 0);
  const answer = await carriedOut(fault, { timers, carryOut, failure });
  switch (fault.kind) {
    case 'lose-answer':
      response.destroy();
      return;
    case 'status':
      return send(response, fault.status ?? 502, '<html>bad gateway</html>');
    case 'malformed':
      return send(response, 200, written(answer).slice(0, -9));
    case 'code':
      return send(response, 200, written(failure));
    case 'no-call-id': {
      const { Response: _cut, ...rest } = answer;
      return send(response, 200, written(rest));
    }
    case 'bare': {
      const { ErrorInfo: _info, RequestId: _id, ...rest } = answer;
      return send(response, 200, written(rest));
    }
    case 'slow-effect':
    case 'slow-answer':
    case 'twice':
      return send(response, 200, written(answer));
  }
}
