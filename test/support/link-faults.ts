import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCounts, TcpProxy } from './tcp-proxy.js';

export interface LinkFault {
  readonly name: string;
  /** Strikes, lasts its time and heals; what a lost connection cannot take back stays lost. */
  play(proxy: TcpProxy, random: () => number): Promise<void>;
  /** Each of them must have gone up. */
  readonly fires: readonly (keyof FaultCounts)[];
  /** From the end of the fault until calls run as before, by what is at the far end of the link. */
  readonly backWithinMs: Readonly<Record<LinkEnd, number>>;
}

export type LinkEnd = 'engine' | 'store' | 'api';

const LATENCY_MS = 200;
const JITTER_MS = 100;
const RESETS = 3;
const BLACKHOLE_MS = 30_000;

/**
 * The bounds have a margin of a minute and more for a busy machine. Temporal's client finds a silent
 * connection dead after 45 s at most, 30 s without a byte and 15 s without an answer to its ping:
 * fifteen seconds after a blackhole of thirty. The store is given up after 1.5 s. A client of the API
 * waits for ten seconds.
 */
export const LINK_FAULTS: readonly LinkFault[] = [
  {
    name: 'latency',
    async play(proxy, random) {
      proxy.delay(() => LATENCY_MS + (2 * random() - 1) * JITTER_MS);
      await sleep(6_000);
      proxy.heal();
    },
    fires: ['delayedBytes'],
    backWithinMs: { engine: 90_000, store: 90_000, api: 90_000 },
  },
  {
    name: 'resets',
    async play(proxy) {
      for (let nth = 0; nth < RESETS; nth += 1) {
        proxy.reset();
        await sleep(1_500);
        proxy.heal();
        await sleep(500);
      }
    },
    fires: ['resetConnections'],
    backWithinMs: { engine: 90_000, store: 90_000, api: 90_000 },
  },
  {
    name: 'blackhole of 30 s',
    async play(proxy) {
      proxy.swallow();
      await sleep(BLACKHOLE_MS);
      proxy.heal();
    },
    fires: ['swallowedBytes'],
    backWithinMs: { engine: 105_000, store: 90_000, api: 100_000 },
  },
  {
    name: 'half-open connections',
    async play(proxy) {
      proxy.halve();
      await sleep(3_000);
    },
    fires: ['halfOpenConnections', 'swallowedBytes'],
    backWithinMs: { engine: 135_000, store: 90_000, api: 100_000 },
  },
];
