export const TIMED_OUT = Symbol('timed out');

/**
 * The value, or `TIMED_OUT` after `ms`. On a `NativeConnection` neither a deadline nor an abort
 * signal ends a request, so the wait is bounded here and the request goes on unobserved.
 */
export async function bounded<T>(work: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, bound]);
  } finally {
    clearTimeout(timer);
  }
}
