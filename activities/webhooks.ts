import { ApplicationFailure, log } from '@temporalio/activity';
import { webhookPayload } from '../src/contract/event-view.js';
import { writeWireJson } from '../src/contract/wire-json.js';
import { StoreUnavailable } from '../src/ports/reservations.js';
import type {
  DeliveryQueue,
  DueDelivery,
  WebhookDeliveries,
  WebhookSender,
} from '../src/ports/webhooks.js';
import type { Delivered, WebhookActivities } from '../workflows/webhook-delivery/activities.js';
import { whileBeating } from './signs-of-life.js';
import { outcomeOf } from './webhook-outcome.js';

/** No attempt is begun after this: the next one is another activity's. */
const BEGIN_WITHIN_MS = 5_000;

export interface WebhookParts {
  readonly deliveries: Pick<WebhookDeliveries, 'next' | 'settle'>;
  readonly sender: Pick<WebhookSender, 'send'>;
  /** See `Chances.schedule`. */
  readonly schedule: readonly number[];
  readonly onLoss: (loss: WebhookLoss) => void;
}

/** What somebody should look at, and how it is logged. */
const LOSSES = {
  dead: 'webhook given up',
  gone: 'webhook endpoint disabled: it answered 410',
};
export type WebhookLoss = keyof typeof LOSSES;

export const createWebhookActivities = (parts: WebhookParts) =>
  ({
    deliverWebhooks: (queue) => whileBeating(deliverAll(parts, queue)).catch(sayWhatIsAway),
  }) satisfies WebhookActivities;

/** In order, until nothing is left, or what comes first has to wait. */
async function deliverAll(parts: WebhookParts, queue: DeliveryQueue): Promise<Delivered> {
  const beginBy = Date.now() + BEGIN_WITHIN_MS;
  const told: string[] = [];
  for (;;) {
    const now = Date.now();
    if (now > beginBy) return { waitMs: 0, told };
    const next = await parts.deliveries.next(queue, now);
    if (next.kind === 'none') return { told };
    if (next.kind === 'wait') return { waitMs: next.until - now, told };
    told.push(await deliverOne(parts, queue, next.delivery));
  }
}

async function deliverOne(
  { deliveries, sender, schedule, onLoss }: WebhookParts,
  queue: DeliveryQueue,
  delivery: DueDelivery,
): Promise<string> {
  const { id, url, secrets, event } = delivery;
  const body = writeWireJson(webhookPayload(event, Date.now()));
  const answer = await sender.send({
    id: event.id,
    endpointId: queue.endpointId,
    url,
    secrets,
    body,
  });
  const chances = { schedule, now: Date.now(), random: Math.random() };
  const outcome = outcomeOf(answer, delivery, chances);
  const isNew = await deliveries.settle(queue, id, answer, outcome);
  const why = answer.httpStatus ?? answer.error;
  if (isNew && (outcome.kind === 'dead' || outcome.kind === 'gone')) {
    log.warn(LOSSES[outcome.kind], { ...queue, eventId: event.id, why });
    onLoss(outcome.kind);
  }
  return `${event.event.type} ${event.id}: ${why}, ${outcome.kind}`;
}

function sayWhatIsAway(error: unknown): never {
  if (!(error instanceof StoreUnavailable)) throw error;
  throw ApplicationFailure.create({ type: 'STORE_AWAY', message: error.message });
}
