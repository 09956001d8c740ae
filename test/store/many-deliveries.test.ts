import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openPostgres } from '../../src/store/postgres.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { T0 } from './fixtures.js';
import { type Repositories, repositories } from './stores.js';

/** With the trigger of each row, more than a statement may take. */
const MANY = 100_000;
const ID = `we_${'0'.repeat(24)}`;
const ENDPOINT = { id: ID, url: 'https://a.test/', createdAt: T0, updatedAt: T0 };

let server: PostgresServer;
let store: Repositories;
beforeAll(async () => {
  server = await startPostgres();
  store = repositories(await openPostgres(await server.createDatabase('calls')));
});
afterAll(async () => {
  await store.database.close();
  await server.remove();
});

const count = async (what = sql`true`) =>
  (await store.rows(sql`select count(*)::int as n from webhook_deliveries where ${what}`))[0]?.n;
const tidied = async () => {
  while (await store.webhookDeliveries.tidy());
};

beforeEach(async () => {
  await store.rows(sql`truncate webhook_endpoints, webhook_deliveries, webhook_attempts`);
  await store.webhookEndpoints.create({ ...ENDPOINT, status: 'enabled' }, 'whsec_');
  for (let from = 0; from < MANY; from += 10_000) {
    await store.rows(sql`insert into webhook_deliveries
      (endpoint_id, event_id, call_id, version, nth, type, status, created_at, since, due_at)
      select ${ID}, nth || '-1-0', nth, 1, 0, 'call.ended', 'pending', ${T0}, ${T0}, ${T0}
      from generate_series(${from + 1}::int, ${from + 10_000}::int) as nth`);
  }
}, 60_000);

it('an endpoint with a day of deliveries is removed at once, and they go by and by', async () => {
  expect(await store.webhookEndpoints.remove(ID)).toBe(true);
  expect(await store.webhookEndpoints.find(ID)).toBeUndefined();
  expect(await store.webhookDeliveries.list({ callId: 7 }, undefined, 9)).toEqual([]);
  const again = { ...ENDPOINT, id: ID.replace(/0$/, '1') };
  expect(await store.webhookEndpoints.create({ ...again, status: 'enabled' }, 'x')).toBe(true);
  await tidied();
  expect(await count()).toBe(0);
  expect(await store.rows(sql`select id from webhook_endpoints`)).toEqual([{ id: again.id }]);
}, 120_000);

it('an endpoint that is disabled gives up all that waits, also when it is enabled again', async () => {
  const change = store.webhookEndpoints.change;
  expect(await change(ID, { status: 'disabled' }, T0)).toMatchObject({ status: 'disabled' });
  expect(await change(ID, { status: 'enabled' }, T0)).toMatchObject({ status: 'enabled' });
  const { list, next, again } = store.webhookDeliveries;
  const queue = { callId: 7, endpointId: ID };
  expect(await next(queue, Date.now())).toEqual({ kind: 'none' });
  const [shown] = await list({ callId: 7, status: 'dead' }, undefined, 9);
  expect(shown?.status).toBe('dead');
  expect(await list({ callId: 7, status: 'pending' }, undefined, 9)).toEqual([]);
  await again(shown?.id ?? 0, Date.now());
  await tidied();
  expect(await count(sql`status = 'dead'`)).toBe(MANY - 1);
  expect(await list({ callId: 7, status: 'pending' }, undefined, 9)).toHaveLength(1);
}, 120_000);

it('an endpoint that is gone is disabled with the attempt that heard so', async () => {
  const { list, settle, overdue } = store.webhookDeliveries;
  const [first] = await list({ callId: 7 }, undefined, 1);
  const queue = { callId: 7, endpointId: ID };
  const attempt = { at: T0, durationMs: 9, httpStatus: 410, excerpt: '' };
  await settle(queue, first?.id ?? 0, attempt, { kind: 'gone' });
  expect(await store.webhookEndpoints.find(ID)).toMatchObject({ disabledBecause: 'gone' });
  expect(await list({ callId: 7 }, undefined, 1)).toMatchObject([
    { status: 'dead', attempts: [attempt] },
  ]);
  expect(await overdue(Date.now(), 10)).toEqual([]);
}, 120_000);

it('retention looks only at the deliveries of the calls whose events it removes', async () => {
  await store.rows(sql`update webhook_deliveries set status = 'delivered' where call_id <= 700`);
  await store.rows(sql`insert into events (event_id, call_id, version, nth, type, at, snapshot)
    select event_id, call_id, version, nth, type, ${T0}, '{}' from webhook_deliveries
    where call_id <= 700`);
  await store.rows(sql`analyze webhook_deliveries, events`);
  // A statistic is flushed by each connection in its own time.
  const scanned = async () => {
    await store.rows(sql`select pg_stat_force_next_flush()`);
    const [row] = await store.rows(
      sql`select seq_scan::int as n from pg_stat_user_tables where relname = 'webhook_deliveries'`,
    );
    return Number(row?.n);
  };
  const before = await scanned();
  expect(await store.retention.trim(T0 + 1)).toBe(true);
  expect(await store.retention.trim(T0 + 1)).toBe(false);
  expect(await scanned()).toBe(before);
  expect(await count(sql`call_id <= 700`)).toBe(0);
  expect(await count()).toBe(MANY - 700);
}, 120_000);
