import type { Logger } from 'pino';
import type { Dependencies } from '../service/dependencies.js';
import { sweep } from '../service/sweep.js';

/** A call terminated from outside is noticed within a minute, also when one sweep fails. */
const EVERY_MS = 20_000;

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
  const timer = setInterval(() => {
    current ??= round().finally(() => {
      current = undefined;
    });
  }, EVERY_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await current;
    },
  };
}
