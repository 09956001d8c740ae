import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutwardEvent } from '../../src/call/step.js';
import { openPostgres } from '../../src/store/postgres.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { calleeId, placed, someone, T0 } from './fixtures.js';
import { type Repositories, repositories } from './stores.js';

const incoming = (userId: string): OutwardEvent => ({
  type: 'call.incoming',
  version: 1,
  at: T0,
  userId,
});

describe('the events of a user', () => {
  let server: PostgresServer;
  let databaseUrl: string;
  let store: Repositories;
  let other: Repositories;
  beforeAll(async () => {
    server = await startPostgres();
    databaseUrl = await server.createDatabase('events');
    store = repositories(await openPostgres(databaseUrl));
    other = repositories(await openPostgres(databaseUrl));
  });
  afterAll(async () => {
    await store.database.close();
    await other.database.close();
    await server.remove();
  });

  const tell = async ({ records, reservations }: Repositories, userId: string) => {
    const state = await placed(reservations, { callees: [userId] });
    await records.write(state, [incoming(userId)]);
  };

  it('reach a reader that asks for what follows its last number, each once and in order', async () => {
    const userId = someone();
    const writers = [store, other, store, other].map(async (each) => {
      for (let count = 0; count < 100; count += 1) await tell(each, userId);
    });
    let written = false;
    const writing = Promise.all(writers).finally(() => {
      written = true;
    });
    const seen: number[] = [];
    let polls = 0;
    for (let last = false; !last; polls += 1) {
      last = written;
      const rows = await store.rows(sql`
        select seq from user_events
        where user_id = ${userId} and seq > ${seen.at(-1) ?? 0} order by seq`);
      seen.push(...rows.map(({ seq }) => Number(seq)));
    }
    await writing;
    console.log(`400 events read in ${polls} polls`);
    expect(polls).toBeGreaterThan(20);
    expect(seen).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
  });

  it('are written side by side for calls with the same people in another order', async () => {
    const people = [someone(), someone(), someone()];
    const write = async ({ records, reservations }: Repositories, callees: string[]) => {
      for (let count = 0; count < 100; count += 1) {
        const state = await placed(reservations, { callees, spec: { channel: 'robot' } });
        await records.write(state, [{ type: 'call.updated', version: 1, at: T0 }]);
      }
    };
    const orders = [people, people.toReversed()];
    await Promise.all(orders.flatMap((order) => [write(store, order), write(other, order)]));
    for (const userId of people) {
      const [row] = await store.rows(
        sql`select last_seq from user_cursors where user_id = ${userId}`,
      );
      expect(Number(row?.last_seq)).toBe(400);
    }
  });

  it('are announced once committed, to each user they are for', async () => {
    const listener = new pg.Client({ connectionString: databaseUrl });
    await listener.connect();
    const heard: unknown[] = [];
    listener.on('notification', ({ channel, payload }) => heard.push([channel, payload]));
    await listener.query('listen call_events');
    const state = await placed(store.reservations);
    await store.records.write(state, [incoming(calleeId(state))]);
    await store.records.write(state, [incoming(calleeId(state))]);
    while (heard.length === 0) await sleep(10);
    await listener.query('select 1');
    await listener.end();
    expect(heard).toEqual([['call_events', calleeId(state)]]);
  });
});
