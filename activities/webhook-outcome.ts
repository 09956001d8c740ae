import type { DeliveryOutcome, DueDelivery, WebhookAnswer } from '../src/ports/webhooks.js';

/** Up to a fifth later than planned, so that what failed together does not come back together. */
const JITTER = 0.2;
/** What an endpoint may ask for at most. */
const LONGEST_PAUSE_MS = 24 * 60 * 60 * 1_000;
const GONE = 410;

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
 */
export function outcomeOf(
  answer: WebhookAnswer,
  { tried, since }: Pick<DueDelivery, 'tried' | 'since'>,
  { schedule, now, random }: Chances,
): DeliveryOutcome {
  const { httpStatus = 0, retryAfterMs = 0 } = answer;
  if (httpStatus >= 200 && httpStatus < 300) return { kind: 'delivered' };
  if (httpStatus === GONE) return { kind: 'gone' };
  const last = since + (schedule.at(-1) ?? 0);
  const planned = schedule[tried + 1];
  if (planned === undefined || now >= last) return { kind: 'dead' };
  const step = (planned - (schedule[tried] ?? 0)) * (1 + JITTER * random);
  const asked = Math.min(retryAfterMs, LONGEST_PAUSE_MS);
  return { kind: 'retry', at: Math.ceil(now + Math.max(step, asked)) };
}
