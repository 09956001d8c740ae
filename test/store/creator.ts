/**
 * A process of its own that creates calls, for tests of several processes on one database. It is
 * given a job, answers `ready`, and once told `go` does the job and answers with a tally.
 */
import { once } from 'node:events';
import { sql } from 'drizzle-orm';
import type { CallState } from '../../src/call/state.js';
import { openPostgres } from '../../src/store/postgres.js';
import { after, callerId, cancels, placed, START_BY } from './fixtures.js';
import { patient, type Repositories, repositories } from './stores.js';

export interface Job {
  readonly databaseUrl: string;
  readonly creates: readonly (readonly [caller: string, callee: string])[];
  /** Ends each call and only then goes on, on four lanes; otherwise creates go on all lanes there are. */
  readonly end: boolean;
}
export type Tally = Record<string, number>;

const LANES = 4;
/** As many as a process has connections: who waits for one is refused on a busy machine. */
const ALL_LANES = 10;

async function carryOut(store: Repositories, states: CallState[], end: boolean): Promise<Tally> {
  const tally: Tally = {};
  const waiting = states.values();
  const lane = async (): Promise<void> => {
    for (const state of waiting) {
      const { kind } = await store.reservations.reserve({ state, startBy: START_BY });
      tally[kind] = (tally[kind] ?? 0) + 1;
      if (kind !== 'reserved' || !end) continue;
      const ended = after(state, cancels(callerId(state)));
      await store.records.write(ended.state, ended.events);
    }
  };
  await Promise.all(Array.from({ length: end ? LANES : ALL_LANES }, lane));
  return tally;
}

const [job] = (await once(process, 'message')) as [Job];
const store = repositories(patient(await openPostgres(job.databaseUrl)));
const states: CallState[] = [];
for (const [caller, callee] of job.creates) {
  states.push(await placed(store.reservations, { caller, callees: [callee] }));
}
const connected = () => store.rows(sql`select pg_sleep(0.05)`);
await Promise.all(Array.from({ length: ALL_LANES }, connected));
process.send?.('ready');
await once(process, 'message');
const tally = await carryOut(store, states, job.end);
await store.database.close();
process.send?.(tally, () => process.disconnect());
