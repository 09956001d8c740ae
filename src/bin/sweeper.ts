import type { Logger } from 'pino';
import type { Dependencies } from '../service/dependencies.js';
import { sweep } from '../service/sweep.js';

/** A call terminated from outside is noticed within a minute, also when one sweep fails. */
const EVERY_MS = 20_000;
/** Of the first one: a process that is restarted again and again would never come to a sweep. */
const FIRST_AFTER_MS = 1_000;

export interface Sweeper {
  stop(): Promise<void>;
}

export function startSweeper(deps: Dependencies, logger: Logger): Sweeper {
  const stopping = new AbortController();
  let current: Promise<void> | undefined;
  const round = async () => {
    try {
      const settled = await sweep(deps, stopping.signal);
      if (settled.length > 0) logger.warn({ calls: settled }, 'calls without a workflow ended');
    } catch (error) {
      logger.warn({ err: error }, 'sweep failed');
    }
  };
  const begin = () => {
    current ??= round().finally(() => {
      current = undefined;
    });
  };
  const timers = [setTimeout(begin, FIRST_AFTER_MS), setInterval(begin, EVERY_MS)];
  for (const timer of timers) timer.unref();
  return {
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      stopping.abort();
      await current;
    },
  };
}
