import express, { type Response, Router } from 'express';
import type { Acknowledgement, PhonePushes, RawPush } from '../../ports/phone-pushes.js';
import type { HearPush } from '../../service/phone/hear-push.js';
import { factsOf } from '../answer.js';

export interface PhoneDoor {
  readonly pushes: PhonePushes;
  readonly hear: HearPush;
}

const MAX_BODY = '64kb';

/**
 * What the telephony provider pushes. Acknowledged in its own words, once it cannot be lost any more;
 * to whoever is not the provider there is nothing here.
 */
export function phoneWebhook({ pushes, hear }: PhoneDoor): Router {
  const router = Router({ caseSensitive: true });
  const { provider } = pushes;
  const body = express.text({ type: () => true, limit: MAX_BODY });
  router.post(`/webhooks/${provider}/:key/:name`, body, async (req, res, next) => {
    const { key, name } = req.params as { key: string; name: string };
    const text: unknown = req.body;
    const raw: RawPush = {
      key,
      name,
      target: req.originalUrl,
      headers: req.headers,
      body: typeof text === 'string' ? text : '',
    };
    if (!pushes.admits(raw)) return next();
    factsOf(res).operationId = provider;
    const read = pushes.read(raw);
    if (read === undefined) {
      factsOf(res).code = 'unreadable';
      res.status(400).end();
      return undefined;
    }
    factsOf(res).operationId = `${provider}:${read.push.kind}`;
    const { isTaken, allow } = await hear(read.push);
    factsOf(res).code = isTaken ? 0 : 'not_taken';
    if (allow === undefined && read.askAgain !== undefined) return say(res, read.askAgain);
    if (!isTaken) {
      res.status(503).set('Retry-After', '1').end();
      return undefined;
    }
    return say(res, read.acknowledge(allow === true));
  });
  return router;
}

function say(res: Response, { contentType, body }: Acknowledgement): void {
  res.status(200).set('Cache-Control', 'no-store').type(contentType).send(body);
}
