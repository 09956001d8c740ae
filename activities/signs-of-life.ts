import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, Context, heartbeat } from '@temporalio/activity';

const BEATS_PER_TIMEOUT = 3;
const UNWATCHED_BEAT_MS = 15_000;
const beatEvery = (ifNone: number): number =>
  (Context.current().info.heartbeatTimeoutMs ?? ifNone) / BEATS_PER_TIMEOUT;

/**
 * A search reads page after page: it may take longer than a silent worker is waited for. The details
 * are there for the next attempt.
 */
export async function whileBeating<T>(work: Promise<T>, details?: unknown): Promise<T> {
  const { cancelled } = Context.current();
  const beats = setInterval(() => heartbeat(details), beatEvery(UNWATCHED_BEAT_MS));
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    clearInterval(beats);
  }
}

/**
 * In slices, each with a sign of life: the server gives a silent worker's work to another. That it was
 * begun is a sign as well, so what takes no longer than a slice costs no other.
 */
export function restsUnlessStopping(
  stopping: AbortSignal,
): (ms: number, details?: unknown) => Promise<void> {
  const { cancellationSignal, cancelled, info } = Context.current();
  const signal = AbortSignal.any([cancellationSignal, stopping]);
  // The server's clock may be ahead of ours.
  let lastSignAt = Math.min(Date.now(), info.currentAttemptScheduledTimestampMs);
  return async (ms, details) => {
    const longest = beatEvery(ms);
    for (let left = ms; left > 0; left -= longest) {
      const slice = Math.min(left, longest);
      if (Date.now() + slice > lastSignAt + longest) {
        heartbeat(details);
        lastSignAt = Date.now();
      }
      await sleep(slice, undefined, { signal }).catch(() => undefined);
      if (cancellationSignal.aborted) await cancelled;
      if (stopping.aborted) {
        throw ApplicationFailure.create({ type: 'WORKER_STOPS', message: 'goes on elsewhere' });
      }
    }
  };
}
