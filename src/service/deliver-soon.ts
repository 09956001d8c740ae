import type { Records } from '../ports/records.js';
import type { DeliveryQueue, DeliveryWaker, WebhookDeliveries } from '../ports/webhooks.js';

/**
 * Records that have what they put in a queue delivered. Nobody waits for that: a record is written
 * when it is written, and what this process does not get to hand on is found by the sweep.
 */
export const deliveredSoon = (records: Records, waker: DeliveryWaker): Records => ({
  async write(state, events) {
    const queues = await records.write(state, events);
    for (const queue of queues) void waker.wake(queue).catch(() => undefined);
    return queues;
  },
});

/** Whoever delivers looks again this long after the time, at the latest. */
const GRACE_MS = 15_000;
const PAGE = 500;

/** So many that cannot be woken mean that nobody can: the rest is left to the next sweep. */
const MOST_FAILURES = 3;

/**
 * Wakes whoever should have delivered long ago: the hand-over was lost, or it takes long. One that
 * cannot be woken holds up no other.
 */
export async function sweepDeliveries(
  { deliveries, waker }: { deliveries: WebhookDeliveries; waker: DeliveryWaker },
  now: number,
  stopping?: AbortSignal,
): Promise<readonly DeliveryQueue[]> {
  const woken: DeliveryQueue[] = [];
  let failures = 0;
  for (const queue of await deliveries.overdue(now - GRACE_MS, PAGE)) {
    if (stopping?.aborted || failures === MOST_FAILURES) break;
    await waker.wake(queue).then(
      () => woken.push(queue),
      () => {
        failures += 1;
      },
    );
  }
  return woken;
}
