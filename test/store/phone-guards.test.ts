import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../../src/call/transition.js';
import { openPglite } from '../../src/store/pglite.js';
import { createPhoneReservations } from '../../src/store/phone-reservations.js';
import { openPostgres } from '../../src/store/postgres.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { aPhoneCall, someone, T0 } from './fixtures.js';
import { patient, type Repositories, repositories } from './stores.js';

const LIMITS = { perUser: 3, perTenant: 5 };
const HOUR_MS = 3_600_000;

/** A store that is closed and opened again, as by a product that was killed and is started anew. */
interface Kept {
  readonly name: string;
  prepare(): Promise<{ open(): Promise<Repositories>; remove(): Promise<void> }>;
}

const KEPT: readonly Kept[] = [
  {
    name: 'PGlite',
    async prepare() {
      const folder = await mkdtemp(join(tmpdir(), 'switchyard-guards-'));
      return {
        open: async () => repositories(patient(await openPglite(folder))),
        remove: () => rm(folder, { recursive: true, force: true }),
      };
    },
  },
  {
    name: 'PostgreSQL',
    async prepare() {
      const server: PostgresServer = await startPostgres();
      const url = await server.createDatabase('guards');
      return {
        open: async () => repositories(patient(await openPostgres(url))),
        remove: () => server.remove(),
      };
    },
  },
];

describe.each(KEPT)('the guards of phone calls in a $name that is opened again', ({ prepare }) => {
  let kept: Awaited<ReturnType<Kept['prepare']>>;
  let store: Repositories;
  beforeAll(async () => {
    kept = await prepare();
    store = await kept.open();
  });
  afterAll(async () => {
    await store.database.close();
    await kept.remove();
  });
  const reopen = async (): Promise<void> => {
    await store.database.close();
    store = await kept.open();
  };
  const guards = () => createPhoneReservations(store.database);

  async function reserve(caller: string, at = T0, callee = someone()) {
    const call = await aPhoneCall(store.reservations, { caller, callee, at });
    return { state: call.state, outcome: await guards().reserve(call, LIMITS) };
  }

  /** Called, and hung up. */
  async function called(caller: string): Promise<void> {
    const { state, outcome } = await reserve(caller);
    expect(outcome.kind).toBe('reserved');
    const over = judge(state, { type: 'over', cause: 'hangup', acceptedAt: T0 }, T0 + 1_000);
    await store.records.write(over.state, []);
  }

  it('count what was called within the hour before, and no longer', async () => {
    const caller = someone();
    for (let nth = 0; nth < LIMITS.perUser; nth += 1) {
      await called(caller);
      await reopen();
    }
    const { outcome } = await reserve(caller, T0 + HOUR_MS - 1);
    expect(outcome).toEqual({ kind: 'refused', why: 'user_limit' });
    const [second, third] = [someone(), someone()];
    await called(second);
    await called(third);
    await reopen();
    const ofAll = await reserve(someone(), T0 + HOUR_MS - 1);
    expect(ofAll.outcome).toEqual({ kind: 'refused', why: 'tenant_limit' });
    const later = await reserve(caller, T0 + HOUR_MS + 1);
    expect(later.outcome).toEqual({ kind: 'reserved' });
  });

  it('know a live call, the same one, and the switch', async () => {
    const at = T0 + 10 * HOUR_MS;
    const [caller, callee] = [someone(), someone()];
    const { state } = await reserve(caller, at, callee);
    await guards().dialling.set(false);
    await reopen();
    expect((await reserve(caller, at + 60_000, callee)).outcome).toMatchObject({
      kind: 'same',
      state: { callId: state.callId },
    });
    expect((await reserve(caller, at)).outcome).toMatchObject({ kind: 'in-call', who: 'caller' });
    expect((await reserve(someone(), at)).outcome).toEqual({
      kind: 'refused',
      why: 'switched_off',
    });
    expect(await guards().whyNotDial(state.callId, LIMITS)).toBe('switched_off');
    await guards().dialling.set(true);
    await reopen();
    expect(await guards().whyNotDial(state.callId, LIMITS)).toBeUndefined();
  });
});
