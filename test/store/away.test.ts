import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring } from '../../src/keys/keyring.js';
import { StoreUnavailable } from '../../src/ports/reservations.js';
import type { Database } from '../../src/store/database.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { openPostgres } from '../../src/store/postgres.js';
import { createQualitySamples } from '../../src/store/quality-samples.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { startTcpProxy, through } from '../support/tcp-proxy.js';
import { type Timed, timed } from '../support/timed.js';
import { after, calleeId, callerId, cancels, placed, START_BY, someone } from './fixtures.js';

const UNUSED = { directory: 'memory://', onError: () => {} };

describe('a PostgreSQL that is away', () => {
  let server: PostgresServer;
  let databaseUrl: string;
  const opened: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    server = await startPostgres();
    databaseUrl = await server.createDatabase('away');
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  afterAll(() => server.remove());

  const open = async (url = databaseUrl): Promise<Store> => {
    const store = await openStore({ keyring: createKeyring([]), databaseUrl: url, ...UNUSED });
    opened.unshift(store);
    return store;
  };
  const create = async ({ reservations }: Store) => {
    const state = await placed(reservations);
    await reservations.reserve({ state, startBy: START_BY });
    return state;
  };
  const refused = (work: Promise<unknown>): Promise<Timed<void>> =>
    timed(expect(work).rejects.toBeInstanceOf(StoreUnavailable));
  /** Not counting how long this process was kept from running. */
  const elapsed = async (work: Promise<unknown>): Promise<number> => {
    const { ms, slackMs } = await refused(work);
    return ms - slackMs;
  };

  /** A database that was away longer than a moment is left alone for another second. */
  const untilItAnswers = (database: Database) =>
    expect
      .poll(() =>
        database
          .run((queries) => queries.execute(sql`select 1`))
          .then(
            () => true,
            () => false,
          ),
      )
      .toBe(true);

  it('is told apart within two seconds by every method, and used again once it is back', async () => {
    const store = await open();
    const state = await create(store);
    const ended = after(state, cancels(callerId(state)));
    await server.stop();
    const line = { userId: calleeId(state), callId: state.callId, startBy: START_BY };
    const times = await Promise.all(
      [
        store.reservations.nextCallId(),
        store.reservations.reserve({ state, startBy: START_BY }),
        store.reservations.abandon(state.callId),
        store.reservations.freeLine(line),
        store.records.write(ended.state, ended.events),
        store.reader.find(state.callId),
        store.reader.ringingFor(calleeId(state)),
      ].map(elapsed),
    );
    expect(Math.max(...times)).toBeLessThan(2_000);
    expect(await store.healthy()).toBe(false);
    await server.start();
    await expect.poll(() => store.healthy()).toBe(true);
    await store.records.write(ended.state, ended.events);
    expect((await store.reader.find(state.callId))?.state).toEqual(ended.state);
  });

  it('does not end the process when it dies under a transaction', async () => {
    const database = await openPostgres(databaseUrl);
    opened.unshift(database);
    const cut = database.transaction(async (queries) => {
      await queries.execute(sql`select 1`);
      await server.stop();
      await sleep(50);
      await queries.execute(sql`select 1`);
    });
    expect(await elapsed(cut)).toBeLessThan(2_000);
    await server.start();
    await untilItAnswers(database);
  });

  it('costs a request 1.5 s when it hangs, the following ones nothing, and heals', async () => {
    const proxy = await startTcpProxy(databaseUrl);
    opened.unshift(proxy);
    const store = await open(through(proxy, databaseUrl));
    const state = await create(store);
    proxy.swallow();
    const first = await Promise.all(
      Array.from({ length: 20 }, () => elapsed(store.reader.find(state.callId))),
    );
    expect(Math.max(...first)).toBeLessThan(2_000);
    expect(await elapsed(store.reader.find(state.callId))).toBeLessThan(1_000);
    proxy.heal();
    const found = () => store.reader.find(state.callId).catch((error: Error) => error.name);
    await expect.poll(found).toMatchObject({ state });
  });

  it('keeps a request waiting for a lock no longer than the bound, others unharmed', async () => {
    const store = await open();
    const state = await create(store);
    const holder = new pg.Client({ connectionString: databaseUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select 1 from calls where id = $1 for update', [state.callId]);
    const { ms, slackMs } = await refused(store.records.write(state, []));
    expect(ms).toBeGreaterThan(1_100);
    expect(ms).toBeLessThan(2_000 + slackMs);
    expect((await store.reader.find(state.callId))?.state).toEqual(state);
    await holder.end();
    await store.records.write(state, []);
  });

  it('is not confused with a mistake in a query', async () => {
    const database = await openPostgres(databaseUrl);
    opened.unshift(database);
    const mistake = database.run((queries) => queries.execute(sql`select nonsense`));
    await expect(mistake).rejects.toMatchObject({ cause: { code: '42703' } });
    await expect(mistake).rejects.not.toBeInstanceOf(StoreUnavailable);
  });

  it('stops the opening of a store with one clear sentence', async () => {
    await server.stop();
    await expect(open()).rejects.toThrow(/^the store does not answer: .*ECONNREFUSED/);
    await server.start();
  });

  it('delays quality samples without losing them', async () => {
    const database = await openPostgres(databaseUrl);
    opened.unshift(database);
    const failures: unknown[] = [];
    const samples = createQualitySamples(database, (error) => failures.push(error));
    const userId = someone();
    samples.keep({ callId: 1, userId, terminalId: 'phone', quality: 'good', at: 1 });
    await server.stop();
    await samples.flush();
    expect(failures).toEqual([expect.any(StoreUnavailable)]);
    await server.start();
    await untilItAnswers(database);
    await samples.close();
    const rows = database.run((queries) =>
      queries.execute(sql`select quality from quality_samples where user_id = ${userId}`),
    );
    expect(await rows).toMatchObject({ rows: [{ quality: 'good' }] });
  });
});
