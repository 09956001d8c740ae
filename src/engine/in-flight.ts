import pLimit, { type LimitFunction } from 'p-limit';

/** What waits longer than the queue is answered at once: an outage must not fill the memory. */
const WAITING_PER_CALL = 100;

/**
 * Runs work for one call with at most so many pieces under way; the rest waits its turn, and
 * `undefined` answers for work that found the queue full.
 */
export function inFlightLimit(
  perCall: number,
): <T>(callId: number, work: () => Promise<T>) => Promise<T | undefined> {
  const limits = new Map<number, LimitFunction>();
  return async (callId, work) => {
    const limit = limits.get(callId) ?? pLimit(perCall);
    if (limit.pendingCount >= WAITING_PER_CALL) return undefined;
    limits.set(callId, limit);
    try {
      return await limit(work);
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) limits.delete(callId);
    }
  };
}
