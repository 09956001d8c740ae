import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from '../contenders/contender.js';
import { residentKb } from '../figures/processes.js';
import { sum } from '../figures/statistics.js';

/** KiB by which each live call made its processes grow. */
export interface Memory {
  readonly contender: string;
  readonly calls: number;
  readonly holdersKb: number;
  /** Of the Temporal server; NaN where it is not this contender's alone. */
  readonly temporalKb: number;
}

const WARM_UP = { kind: 'calls', users: 16, ms: 4_000, pauseMs: 0 } as const;
const RING_SECONDS = 600;
/** What was opened by then is enough to divide by, and does not stop ringing meanwhile. */
const OPENED_WITHIN_MS = 240_000;
const SETTLE_MS = 3_000;
const COLLECTIONS = 3;
const COLLECTION_MS = 1_000;

export async function measureMemory(contender: Contender, calls: number): Promise<Memory> {
  const { load, holders, parts, name } = contender;
  const { Temporal } = parts;
  await load.order(WARM_UP);
  const before = { holders: await settled(holders), temporal: rssOr(Temporal) };
  const wanted = { count: calls, withinMs: OPENED_WITHIN_MS, ringSeconds: RING_SECONDS };
  const { length: opened } = (await load.order({ kind: 'open', ...wanted })).ids;
  const after = { holders: await settled(holders), temporal: rssOr(Temporal) };
  return {
    contender: name,
    calls: opened,
    holdersKb: (after.holders - before.holders) / opened,
    temporalKb: (after.temporal - before.temporal) / opened,
  };
}

const rssOr = (pid: number | undefined): number =>
  pid === undefined ? Number.NaN : residentKb(pid);

/** What stays resident when garbage has been collected, in all threads. */
async function settled(holders: readonly number[]): Promise<number> {
  await sleep(SETTLE_MS);
  for (let done = 0; done < COLLECTIONS; done += 1) {
    for (const pid of holders) process.kill(pid, 'SIGUSR2');
    await sleep(COLLECTION_MS);
  }
  return sum(holders.map(residentKb));
}
