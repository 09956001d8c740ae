import express, { type ErrorRequestHandler, type Response, Router } from 'express';
import type { CallbackInbox, CallbackReader } from '../../ports/provider-callbacks.js';
import { factsOf } from '../answer.js';
import { unknownRoute } from '../http-errors.js';

export interface CallbackDoor {
  readonly reader: CallbackReader;
  readonly inbox: CallbackInbox;
}

const MAX_BODY = '64kb';

/** Acknowledged in the provider's words once it is in durable hands; anything else may come again. */
export function tencentCallWebhook({ reader, inbox }: CallbackDoor): Router {
  const router = Router({ caseSensitive: true });
  const takeBody = express.raw({ type: () => true, limit: MAX_BODY });
  router.post('/webhooks/tencent-call/:secret', takeBody, async (req, res) => {
    factsOf(res).operationId = 'webhook:tencent-call';
    if (!reader.knows(String(req.params.secret))) throw unknownRoute();
    const callback = reader.read(queryIn(req.originalUrl), textIn(req.body));
    if (callback === undefined) return say(res, 400, 'not a callback of this application');
    const outcome = await inbox.handOff(callback);
    return outcome === 'taken' ? say(res, 200, '') : say(res, 503, 'not taken, please send again');
  });
  router.use('/webhooks/tencent-call', failures);
  return router;
}

const failures: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
  if (res.headersSent || status < 400 || status >= 500) next(error);
  else say(res, status, 'the body cannot be read');
};

function queryIn(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start + 1);
}

const textIn = (body: unknown): string => (Buffer.isBuffer(body) ? body.toString('utf8') : '');

/** The members and their order are those of the documents. */
function say(res: Response, status: number, info: string): void {
  const ok = status === 200;
  factsOf(res).code = status;
  res.status(status).set('Cache-Control', 'no-store');
  res.json({ ActionStatus: ok ? 'OK' : 'FAIL', ErrorInfo: info, ErrorCode: ok ? 0 : 1 });
}
