import express, { Router } from 'express';
import type { PhonePushes } from '../../ports/phone-pushes.js';
import type { HearPush } from '../../service/phone/hear-push.js';
import { factsOf } from '../answer.js';

export interface PhoneDoor {
  readonly pushes: PhonePushes;
  readonly hear: HearPush;
}

const MAX_BODY = '64kb';

/**
 * What the telephony provider pushes. Acknowledged in its own words, once it cannot be lost any more;
 * to whoever does not know the secret end of the path there is nothing here.
 */
export function yuntongxunWebhook({ pushes, hear }: PhoneDoor): Router {
  const router = Router({ caseSensitive: true });
  const body = express.text({ type: () => true, limit: MAX_BODY });
  router.post('/webhooks/yuntongxun/:secret/:name', body, async (req, res, next) => {
    const { secret, name } = req.params as { secret: string; name: string };
    if (!pushes.admits(secret)) return next();
    factsOf(res).operationId = 'yuntongxun';
    const text: unknown = req.body;
    const push = pushes.read({ name, body: typeof text === 'string' ? text : '' });
    if (push === undefined) {
      factsOf(res).code = 'unreadable';
      res.status(400).end();
      return undefined;
    }
    factsOf(res).operationId = `yuntongxun:${push.kind}`;
    const { isTaken, allow } = await hear(push);
    factsOf(res).code = isTaken ? 0 : 'not_taken';
    if (!isTaken) {
      res.status(503).set('Retry-After', '1').end();
      return undefined;
    }
    const { contentType, body: said } = pushes.acknowledge(push, allow);
    res.status(200).set('Cache-Control', 'no-store').type(contentType).send(said);
    return undefined;
  });
  return router;
}
