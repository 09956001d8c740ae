export const TIMED_OUT = Symbol('timed out');

/**
 * The value, or `TIMED_OUT` after `ms`. On a `NativeConnection` neither a deadline nor an abort
 * signal ends a request, so the wait is bounded here and the request goes on unobserved. When it was
 * this process that was busy, timer and answer are due together and timers run first: the answer
 * gets one more turn of the event loop.
 */
export async function bounded<T>(work: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => setImmediate(resolve, TIMED_OUT), ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, bound]);
  } finally {
    clearTimeout(timer);
  }
}
