/**
 * A process of its own that creates calls, for tests of several processes on one database. It is
 * given a job, answers `ready`, and once told `go` does the job and answers with a tally.
 */
import { once } from 'node:events';
import { sql } from 'drizzle-orm';
import type { CallState } from '../../src/call/state.js';
import type { PhoneLimits } from '../../src/ports/phone-reservations.js';
import { createPhoneReservations } from '../../src/store/phone-reservations.js';
import { openPostgres } from '../../src/store/postgres.js';
import { after, aPhoneCall, callerId, cancels, placed, START_BY } from './fixtures.js';
import { patient, type Repositories, repositories } from './stores.js';

export interface Job {
  readonly databaseUrl: string;
  readonly creates: readonly (readonly [caller: string, callee: string])[];
  /** Ends each call and only then goes on, on four lanes; otherwise creates go on all lanes there are. */
  readonly end: boolean;
  /** They are calls by phone, all of this time and within these limits. */
  readonly phone?: { readonly limits: PhoneLimits; readonly at: number };
}
export type Tally = Record<string, number>;

const LANES = 4;
/** As many as a process has connections: who waits for one is refused on a busy machine. */
const ALL_LANES = 10;

/** Books it, and tells what came of that; of a phone call, also as which call. */
async function reserve(store: Repositories, state: CallState, { phone }: Job): Promise<string[]> {
  if (phone === undefined) {
    return [(await store.reservations.reserve({ state, startBy: START_BY })).kind];
  }
  const phones = createPhoneReservations(store.database);
  const outcome = await phones.reserve({ state, startBy: START_BY }, phone.limits);
  if (outcome.kind === 'refused') return [outcome.why];
  const { callId } = outcome.kind === 'reserved' ? state : outcome.state;
  return outcome.kind === 'in-call' ? [outcome.kind] : [outcome.kind, `call ${callId}`];
}

async function carryOut(store: Repositories, states: CallState[], job: Job): Promise<Tally> {
  const { end } = job;
  const tally: Tally = {};
  const waiting = states.values();
  const lane = async (): Promise<void> => {
    for (const state of waiting) {
      const words = await reserve(store, state, job);
      for (const word of words) tally[word] = (tally[word] ?? 0) + 1;
      if (!words.includes('reserved') || !end) continue;
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
  const { phone } = job;
  states.push(
    phone === undefined
      ? await placed(store.reservations, { caller, callees: [callee] })
      : (await aPhoneCall(store.reservations, { caller, callee, at: phone.at })).state,
  );
}
const connected = () => store.rows(sql`select pg_sleep(0.05)`);
await Promise.all(Array.from({ length: ALL_LANES }, connected));
process.send?.('ready');
await once(process, 'message');
const tally = await carryOut(store, states, job);
await store.database.close();
process.send?.(tally, () => process.disconnect());
