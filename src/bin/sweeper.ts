import type { Logger } from 'pino';
import type { Retention } from '../ports/retention.js';
import type { DeliveryWaker, WebhookDeliveries } from '../ports/webhooks.js';
import { sweepDeliveries } from '../service/deliver-soon.js';
import type { Dependencies } from '../service/dependencies.js';
import { sweep } from '../service/sweep.js';

/** A call terminated from outside is noticed within a minute, also when one sweep fails. */
const EVERY_MS = 20_000;
/** Of the first one: a process that is restarted again and again would never come to a sweep. */
const FIRST_AFTER_MS = 1_000;

export interface Sweeper {
  stop(): Promise<void>;
}

export interface SweptParts extends Pick<Dependencies, 'engine' | 'records' | 'reader' | 'now'> {
  readonly deliveries: WebhookDeliveries;
  readonly waker: DeliveryWaker;
  readonly retention: Retention;
  /** How long events are kept. */
  readonly keepMs: number;
}

export function startSweeper(parts: SweptParts, logger: Logger): Sweeper {
  const stopping = new AbortController();
  let current: Promise<unknown> | undefined;
  const sweeps: Readonly<Record<string, () => Promise<void>>> = {
    async calls() {
      const settled = await sweep(parts, stopping.signal);
      if (settled.length > 0) logger.warn({ calls: settled }, 'calls without a workflow ended');
    },
    async endpoints() {
      while (!stopping.signal.aborted && (await parts.deliveries.tidy()));
    },
    async deliveries() {
      const woken = await sweepDeliveries(parts, parts.now(), stopping.signal);
      if (woken.length > 0) logger.warn({ deliveries: woken.length }, 'overdue deliveries woken');
    },
    async retention() {
      const before = parts.now() - parts.keepMs;
      while (!stopping.signal.aborted && (await parts.retention.trim(before)));
    },
  };
  const round = async () => {
    for (const [what, work] of Object.entries(sweeps)) {
      await work().catch((error: unknown) => logger.warn({ err: error, what }, 'sweep failed'));
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
