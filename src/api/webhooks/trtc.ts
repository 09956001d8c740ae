import express, { type ErrorRequestHandler, type Response, Router } from 'express';
import type { RoomCallbackReader, RoomNews } from '../../ports/room-callbacks.js';
import { factsOf } from '../answer.js';

export interface RoomDoor {
  readonly reader: RoomCallbackReader;
  readonly tell: (news: RoomNews) => Promise<'taken' | 'away'>;
}

const MAX_BODY = '64kb';

/** Callbacks of rooms and streams, whose signature covers the bytes of the body. */
export function trtcWebhook({ reader, tell }: RoomDoor): Router {
  const router = Router({ caseSensitive: true });
  const takeBody = express.raw({ type: () => true, limit: MAX_BODY });
  router.post('/webhooks/trtc', takeBody, async (req, res) => {
    factsOf(res).operationId = 'webhook:trtc';
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const headers = { sign: req.get('Sign'), sdkAppId: req.get('SdkAppId') };
    const news = reader.read(headers, body);
    if (news === 'forged') return say(res, 401);
    if (news === undefined) return say(res, 400);
    return say(res, (await tell(news)) === 'taken' ? 200 : 503);
  });
  router.use('/webhooks/trtc', failures);
  return router;
}

const failures: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
  if (res.headersSent) next(error);
  else if (status >= 400 && status < 500) say(res, status);
  else {
    req.log.warn({ err: error }, 'a callback was not taken');
    say(res, 503);
  }
};

/** The body is the one that the documents suggest; only the status counts. */
function say(res: Response, status: number): void {
  factsOf(res).code = status;
  res.status(status).set('Cache-Control', 'no-store');
  res.json({ code: status === 200 ? 0 : status });
}
