import { StoreUnavailable } from '../ports/reservations.js';
import { BOUND_MS } from './database.js';
import { saidByDatabase } from './failures.js';

/** A failure this slow is a database that hangs; a refused connection costs nobody any time. */
const SLOW_MS = 500;
const PAUSE_MS = 1_000;

export interface Breaker {
  guard<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * After a slow failure nobody else waits: requests fail at once for a second, then one of them
 * tries while the others still fail, until an answer comes.
 */
export function createBreaker(): Breaker {
  let pausedUntil = 0;

  const enter = (now: number): void => {
    if (now < pausedUntil) throw new StoreUnavailable('the store did not answer a moment ago');
    if (pausedUntil > 0) pausedUntil = now + BOUND_MS;
  };

  return {
    async guard(work) {
      const startedAt = performance.now();
      enter(startedAt);
      try {
        const answer = await work();
        pausedUntil = 0;
        return answer;
      } catch (error) {
        const now = performance.now();
        const silent = error instanceof StoreUnavailable && !saidByDatabase(error);
        pausedUntil = silent && now - startedAt >= SLOW_MS ? now + PAUSE_MS : 0;
        throw error;
      }
    },
  };
}
