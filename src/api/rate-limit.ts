import { RateLimiterMemory } from 'rate-limiter-flexible';
import { CallError } from '../service/call-error.js';

/** Rejects with CallError 42901 when this key has used up its share of the current second. */
export type RateLimit = (key: string) => Promise<void>;

/** Counts in this process only. */
export function createRateLimit(requestsPerSecond: number): RateLimit {
  const limiter = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 });
  return async (key) => {
    await limiter.consume(key).catch(() => {
      throw new CallError(42901);
    });
  };
}
