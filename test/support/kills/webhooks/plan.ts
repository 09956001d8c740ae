import { doneAt, type KillPlan, scriptsAt } from '../kill-plan.js';

/** What becomes of a webhook, or of an endpoint; see stories.ts. */
export const STORIES = [
  'announced',
  'answered',
  'failed',
  'gone',
  'redelivered',
  'registered',
  'rotated',
  'switchedOff',
  'removed',
] as const;
export type Story = (typeof STORIES)[number];

const STORIES_AT: Readonly<Record<string, readonly Story[]>> = {
  'store.records.write': ['announced', 'answered'],
  'waker.wake': ['announced'],
  'activity.deliverWebhooks ordinary': ['announced'],
  'store.webhookDeliveries.next': ['answered'],
  'webhooks.send': ['answered'],
  'store.webhookDeliveries.settle': ['failed', 'announced', 'gone'],
  'store.webhookDeliveries.again': ['redelivered'],
  'store.webhookEndpoints.create': ['registered'],
  'store.webhookEndpoints.rotate': ['rotated'],
  'store.webhookEndpoints.change': ['switchedOff'],
  'store.webhookEndpoints.remove': ['removed'],
};

const isOfWebhooks = (done: string): boolean =>
  /^(waker|webhooks|activity\.deliverWebhooks|store\.webhook)/.test(done);

const WITHOUT_ENDPOINT: readonly string[] = ['store.records.write', 'webhooks.send'];

/** What is asked there is about a call, and names no endpoint. */
export const knowsNoEndpoint = (point: string): boolean => WITHOUT_ENDPOINT.includes(doneAt(point));

/** From the outbox, which is written with the record, to what a backend changes of its endpoints. */
export const WEBHOOK_PLAN: KillPlan<Story> = {
  covers: (done) => isOfWebhooks(done) || done in STORIES_AT,
  leftOut: {
    'activity.deliverWebhooks local': 'is never one',
    'store.webhookDeliveries.list': 'reads',
    'store.webhookDeliveries.overdue': 'reads',
    'store.webhookDeliveries.tidy':
      'removes in small steps what nobody asks for any more; the next sweep goes on',
    'store.webhookEndpoints.find': 'reads',
    'store.webhookEndpoints.list': 'reads',
    'store.webhookEndpoints.secretsOf': 'reads',
  },
  scriptsAt: STORIES_AT,
  elsewhere: [],
};

/** One kill, and the story in which it comes. */
export interface Case {
  readonly point: string;
  readonly story: Story;
}

/**
 * Each point once; thoroughly, in each story that passes it. First those whose webhooks take longest
 * to come through.
 */
export function casesAt(points: readonly string[], thoroughly: boolean): Case[] {
  const order = Object.keys(STORIES_AT);
  const cases = points.flatMap((point) => {
    const stories = scriptsAt(WEBHOOK_PLAN, point);
    const usual = stories.slice(point.startsWith('before') ? 0 : -1).slice(0, 1);
    return (thoroughly ? stories : usual).map((story) => ({ point, story }));
  });
  return cases.toSorted(
    (one, other) => order.indexOf(doneAt(one.point)) - order.indexOf(doneAt(other.point)),
  );
}
