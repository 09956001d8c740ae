import type { ServerResponse } from 'node:http';
import { carriedOut } from '../carried-out.js';
import type { Fault } from '../fault-rules.js';
import type { Timers } from '../timers.js';

/**
 * - `lose-answer`: the connection breaks; of a callback: it is not sent.
 * - `slow-effect`, `slow-answer`: `ms` pass before, or after, the request is carried out. Of a callback:
 *   it is sent `ms` later.
 * - `status`: an HTTP status of something in between. `malformed`: an answer that breaks off.
 * - `code`: a failure with this code and `status`; without effect unless `effect` is true.
 * - `behind`: a list that shows nothing yet.
 * - `twice`: carried out twice, and the second answer is given; of a callback: sent twice.
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
  'behind',
  'twice',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Answer {
  readonly status: number;
  readonly body: object;
}

export const failed = (status: number, code: number, message: string): Answer => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});

interface Exchange {
  readonly response: ServerResponse;
  readonly timers: Timers;
  readonly carryOut: () => Answer;
}

/** Carries a request out as far as this fault lets it, and answers as the fault wants. */
export async function answerWith(
  fault: Fault<FaultKind> | undefined,
  { response, timers, carryOut }: Exchange,
): Promise<void> {
  const send = (status: number, text: string) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  const say = ({ status, body }: Answer) => send(status, JSON.stringify(body));
  if (fault === undefined) return say(carryOut());
  const failure = failed(fault.status ?? 500, fault.code ?? 20500, 'fault');
  const answer = await carriedOut(fault, { timers, carryOut, failure });
  switch (fault.kind) {
    case 'lose-answer':
      response.destroy();
      return undefined;
    case 'status':
      return send(fault.status ?? 502, '<html>bad gateway</html>');
    case 'malformed':
      return send(answer.status, JSON.stringify(answer.body).slice(0, -9));
    case 'code':
      return say(failure);
    case 'behind':
      return say({ ...answer, body: { ...answer.body, calls: [] } });
    case 'slow-effect':
    case 'slow-answer':
    case 'twice':
      return say(answer);
  }
}
