/** Pauses shorter than this are a process at work. */
const PAUSE_MS = 5;
const LOOK_EVERY_MS = 10;

export interface Timed<T> {
  readonly answer: T;
  readonly ms: number;
  /**
   * How much of it this process was kept from running, by what else the machine does: allowed on top
   * of a deadline of code that runs in this process.
   */
  readonly slackMs: number;
}

export async function timed<T>(work: Promise<T>): Promise<Timed<T>> {
  const begun = performance.now();
  let slackMs = 0;
  let looked = begun;
  const look = (): void => {
    const now = performance.now();
    const pause = now - looked - LOOK_EVERY_MS;
    if (pause >= PAUSE_MS) slackMs += pause;
    looked = now;
  };
  const watch = setInterval(look, LOOK_EVERY_MS);
  try {
    const answer = await work;
    look();
    return { answer, ms: performance.now() - begun, slackMs };
  } finally {
    clearInterval(watch);
  }
}
