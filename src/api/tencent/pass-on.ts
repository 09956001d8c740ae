import type { Request, RequestHandler, Response } from 'express';
import type { PassedOn, TencentGate } from '../../ports/tencent-gate.js';
import { factsOf } from '../answer.js';
import { FACADE_CODES, TencentFailure } from './envelope.js';
import { bodyToPassOn } from './read-command.js';

/** Tencent's own answer to this request; `undefined` when it gave none, or is not to be asked. */
export const askTencent = async (gate: TencentGate, req: Request): Promise<PassedOn | undefined> =>
  gate.passOn?.({
    method: req.method,
    path: req.originalUrl,
    ...bodyToPassOn(req),
  });

/** What Tencent said stands in a body that is not ours to read. */
export function sendPassedOn(res: Response, answer: PassedOn): void {
  factsOf(res).code = answer.status;
  res.status(answer.status).set('Cache-Control', 'no-store');
  res.set('Content-Type', answer.contentType).send(answer.body);
}

export const noAnswer = () => new TencentFailure(FACADE_CODES.away, 'no answer from Tencent');

export const passOn =
  ({ gate }: { readonly gate: TencentGate }): RequestHandler =>
  async (req, res) => {
    factsOf(res).operationId ??= 'tencent:passed-on';
    if (gate.passOn === undefined) {
      throw new TencentFailure(
        FACADE_CODES.noSuchCommand,
        'unknown command, or call of nobody here',
      );
    }
    const answer = await askTencent(gate, req);
    if (answer === undefined) throw noAnswer();
    sendPassedOn(res, answer);
  };
