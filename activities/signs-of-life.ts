import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, Context, heartbeat } from '@temporalio/activity';

const BEATS_PER_TIMEOUT = 3;
const UNWATCHED_BEAT_MS = 15_000;
const beatEvery = (ifNone: number): number =>
  (Context.current().info.heartbeatTimeoutMs ?? ifNone) / BEATS_PER_TIMEOUT;

/** A search reads page after page: it may take longer than a silent worker is waited for. */
export async function whileBeating<T>(work: Promise<T>): Promise<T> {
  const { cancelled } = Context.current();
  const beats = setInterval(() => heartbeat(), beatEvery(UNWATCHED_BEAT_MS));
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    clearInterval(beats);
  }
}

/** In slices, each with a sign of life: the server gives a silent worker's work to another. */
export function restsUnlessStopping(stopping: AbortSignal): (ms: number) => Promise<void> {
  const { cancellationSignal, cancelled } = Context.current();
  const signal = AbortSignal.any([cancellationSignal, stopping]);
  return async (ms) => {
    const slice = beatEvery(ms);
    for (let left = ms; left > 0; left -= slice) {
      heartbeat();
      await sleep(Math.min(left, slice), undefined, { signal }).catch(() => undefined);
      if (cancellationSignal.aborted) await cancelled;
      if (stopping.aborted) {
        throw ApplicationFailure.create({ type: 'WORKER_STOPS', message: 'goes on elsewhere' });
      }
    }
  };
}
