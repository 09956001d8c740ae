import type { DeliveryOutcome, DueDelivery, WebhookAnswer } from '../src/ports/webhooks.js';

/** Up to a fifth later than planned, so that what failed together does not come back together. */
const JITTER = 0.2;
/** What an endpoint may ask for at most. */
const LONGEST_PAUSE_MS = 24 * 60 * 60 * 1_000;
const GONE = 410;

const SHORTEST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60 * 60 * 1_000;

export interface Chances {
  /** When to try, in milliseconds after the first attempt, in order; the first is 0. */
  readonly schedule: readonly number[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A fraction of 1. */
  readonly random: number;
}

/**
 * What becomes of a delivery after an attempt (Standard Webhooks 1.0, "Delivery"): 2xx is success,
 * 410 means never again, anything else, a redirect included, is tried again as the schedule says. One
 * that waited for an earlier one past its own last time has this one attempt.
 *
 * One that found no room comes back after half of what it has waited: many that come back every second
 * would cost more than those that are sent. It is given up when its time is over only where nothing is
 * answered: where something is, there will be room.
 */
export function outcomeOf(
  answer: WebhookAnswer,
  { tried, since }: Pick<DueDelivery, 'tried' | 'since'>,
  { schedule, now, random }: Chances,
): DeliveryOutcome {
  const { httpStatus = 0, retryAfterMs = 0, noRoom } = answer;
  if (httpStatus >= 200 && httpStatus < 300) return { kind: 'delivered' };
  if (httpStatus === GONE) return { kind: 'gone' };
  const later = (ms: number) => Math.ceil(now + ms);
  const stretched = (ms: number) => ms * (1 + JITTER * random);
  const isOver = now >= since + (schedule.at(-1) ?? 0);
  if (noRoom === 'full' || (noRoom === 'silent' && !isOver)) {
    const half = Math.max(SHORTEST_WAIT_MS, (now - since) / 2);
    return { kind: 'wait', at: later(stretched(Math.min(half, LONGEST_WAIT_MS))) };
  }
  const planned = schedule[tried + 1];
  if (planned === undefined || isOver) return { kind: 'dead' };
  const step = stretched(planned - (schedule[tried] ?? 0));
  return { kind: 'retry', at: later(Math.max(step, Math.min(retryAfterMs, LONGEST_PAUSE_MS))) };
}
