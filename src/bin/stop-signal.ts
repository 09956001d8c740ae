export interface StopSignal {
  readonly promise: Promise<void>;
  readonly signal: AbortSignal;
}

/** The first SIGINT or SIGTERM asks for a clean stop; the second one ends the process at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  const promise = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve());
  });
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(1);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { promise, signal: controller.signal };
}

/** The one who started it asked it to stop before it was up. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Gives up waiting for a long step of the start as soon as a stop is asked for. */
export async function unlessStopped<T>(stopping: AbortSignal, step: () => Promise<T>): Promise<T> {
  if (stopping.aborted) throw new Stopped();
  let giveUp: (() => void) | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(new Stopped());
    stopping.addEventListener('abort', giveUp);
  });
  const work = step();
  work.catch(() => undefined);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    if (giveUp !== undefined) stopping.removeEventListener('abort', giveUp);
  }
}
