import { bounded, TIMED_OUT } from './bounded.js';

const PROBE_EVERY_MS = 1_000;
const PROBE_BOUND_MS = 900;

/** Whether the last probe was answered: lets a request be refused before anything is sent. */
export interface Health {
  ok(): boolean;
  stop(): void;
}

export function watchHealth(probe: () => Promise<unknown>): Health {
  let healthy = true;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const check = async (): Promise<void> => {
    healthy = await bounded(probe(), PROBE_BOUND_MS).then(
      (answer) => answer !== TIMED_OUT,
      () => false,
    );
    if (stopped) return;
    timer = setTimeout(() => void check(), PROBE_EVERY_MS);
    timer.unref();
  };
  void check();
  return {
    ok: () => healthy,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
