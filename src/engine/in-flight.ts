import pLimit, { type LimitFunction } from 'p-limit';

/** What waits longer than the queue is answered at once: an outage must not fill the memory. */
const WAITING_PER_CALL = 100;

/**
 * Runs work for one call with at most so many pieces under way; the rest waits its turn, and
 * `undefined` answers for work that found the queue full. `come` is called at once, and what it
 * returns when its turn has come; `shared` is what all work of a call has in common while any is
 * left.
 */
export function inFlightLimit<S>(
  perCall: number,
  newShared: () => S,
): <T>(callId: number, come: (shared: S) => () => Promise<T>) => Promise<T | undefined> {
  const lanes = new Map<number, { readonly limit: LimitFunction; readonly shared: S }>();
  return async (callId, come) => {
    const lane = lanes.get(callId) ?? { limit: pLimit(perCall), shared: newShared() };
    const { limit, shared } = lane;
    if (limit.pendingCount >= WAITING_PER_CALL) return undefined;
    lanes.set(callId, lane);
    try {
      return await limit(come(shared));
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) lanes.delete(callId);
    }
  };
}
