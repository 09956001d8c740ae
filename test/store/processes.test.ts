import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../src/store/postgres.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import type { Job, Tally } from './creator.js';
import { someone, T0 } from './fixtures.js';
import { type Repositories, repositories } from './stores.js';

const HOUR_MS = 3_600_000;

type Create = readonly [caller: string, callee: string];

describe('two processes on one PostgreSQL', () => {
  let server: PostgresServer;
  let databaseUrl: string;
  let store: Repositories;
  beforeAll(async () => {
    server = await startPostgres();
    databaseUrl = await server.createDatabase('shared');
    store = repositories(await openPostgres(databaseUrl));
  });
  afterAll(async () => {
    await store.database.close();
    await server.remove();
  });

  /** Both are connected and have their call ids before either sends its first create. */
  async function together(
    creates: readonly (readonly Create[])[],
    how: Pick<Job, 'end' | 'phone'> = { end: false },
  ): Promise<Tally> {
    const processes = creates.map((mine) => start({ databaseUrl, creates: mine, ...how }));
    await Promise.all(processes.map(answer));
    const tallies = processes.map(answer);
    for (const each of processes) each.send('go');
    const sum: Tally = {};
    for (const tally of await Promise.all(tallies)) {
      for (const [kind, count] of Object.entries(tally as Tally)) {
        sum[kind] = (sum[kind] ?? 0) + count;
      }
    }
    return sum;
  }

  it('let one of fifty creates reach an idle callee', async () => {
    const callee = someone();
    const half = () => Array.from({ length: 25 }, (): Create => [someone(), callee]);
    expect(await together([half(), half()])).toEqual({ reserved: 1, 'callee-busy': 49 });
  });

  it('let one of two people who call each other ring, for forty couples', async () => {
    const couples = Array.from({ length: 40 }, (): Create => [someone(), someone()]);
    const crossed = couples.map(([caller, callee]): Create => [callee, caller]);
    expect(await together([couples, crossed])).toEqual({ reserved: 40, 'callee-busy': 40 });
  });

  it('make one call of ten equal creates', async () => {
    const create: Create = [someone(), someone()];
    const half = Array.from({ length: 5 }, () => create);
    expect(await together([half, half])).toEqual({ reserved: 1, replayed: 9 });
  });

  it('leave no line and no gap in an event log when few people call each other often', async () => {
    const people = Array.from({ length: 6 }, someone);
    const creates = Array.from({ length: 400 }, (_, index): Create => {
      const caller = index % people.length;
      const callee = (caller + 1 + (Math.floor(index / 6) % 5)) % people.length;
      return [people[caller] ?? '', people[callee] ?? ''];
    });
    const tally = await together([creates.slice(0, 200), creates.slice(200)], { end: true });
    expect(tally.reserved).toBeGreaterThan(20);
    expect(tally['callee-busy']).toBeGreaterThan(20);
    const held = sql.join(people, sql`, `);
    expect(
      await store.rows(sql`select user_id from busy_lines where user_id in (${held})`),
    ).toEqual([]);
    expect(
      await store.rows(sql`
        select user_id from user_events where user_id in (${held})
        group by user_id having count(*) <> max(seq) or min(seq) <> 1`),
    ).toEqual([]);
  });

  describe('that book calls by phone', () => {
    const UNLIMITED = { perUser: 1_000, perTenant: 1_000 };
    let hours = 0;
    /** In an hour of its own: others do not count. */
    const byPhone = (limits = UNLIMITED): Pick<Job, 'end' | 'phone'> => {
      hours += 2;
      return { end: false, phone: { limits, at: T0 + hours * HOUR_MS } };
    };

    it('make one call of twenty requests of one user for one target, and tell all of that one', async () => {
      const create: Create = [someone(), someone()];
      const half = Array.from({ length: 10 }, () => create);
      const { reserved, same, ...calls } = await together([half, half], byPhone());
      expect({ reserved, same }).toEqual({ reserved: 1, same: 19 });
      expect(Object.values(calls)).toEqual([20]);
    });

    it('let a user who asks for fifty different people into one call', async () => {
      const caller = someone();
      const half = () => Array.from({ length: 25 }, (): Create => [caller, someone()]);
      const tally = await together([half(), half()], byPhone());
      expect(tally).toMatchObject({ reserved: 1, 'in-call': 49 });
    });

    it('let one of two people who call each other ring, for twenty couples', async () => {
      const couples = Array.from({ length: 20 }, (): Create => [someone(), someone()]);
      const crossed = couples.map(([caller, callee]): Create => [callee, caller]);
      const tally = await together([couples, crossed], byPhone());
      expect(tally).toMatchObject({ reserved: 20, 'in-call': 20 });
    });

    it('count the calls of all exactly, when each of fifty users asks for one', async () => {
      const half = () => Array.from({ length: 25 }, (): Create => [someone(), someone()]);
      const limits = { ...UNLIMITED, perTenant: 10 };
      const tally = await together([half(), half()], byPhone(limits));
      expect(tally).toMatchObject({ reserved: 10, tenant_limit: 40 });
    });
  });
});

function start(job: Job): ChildProcess {
  const child = fork(new URL('creator.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  child.send(job);
  return child;
}

async function answer(child: ChildProcess): Promise<unknown> {
  const died = once(child, 'exit').then(() => {
    throw new Error('a process ended without an answer');
  });
  const [message] = await Promise.race([once(child, 'message'), died]);
  died.catch(() => {});
  return message;
}
