import pLimit, { type LimitFunction } from 'p-limit';

/** Temporal admits ten updates of one workflow at a time; half of that leaves room for others. */
const PER_CALL = 5;

/** Runs work for one call with at most five pieces under way; the rest waits its turn. */
export function inFlightLimit(): <T>(callId: number, work: () => Promise<T>) => Promise<T> {
  const limits = new Map<number, LimitFunction>();
  return async (callId, work) => {
    const limit = limits.get(callId) ?? pLimit(PER_CALL);
    limits.set(callId, limit);
    try {
      return await limit(work);
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) limits.delete(callId);
    }
  };
}
