import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openPostgres } from '../../src/store/postgres.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { accepts, after, calleeId, callerId, hangsUp, placed, someone } from './fixtures.js';
import { DATABASES, type OpenedStore, type Repositories, repositories } from './stores.js';

async function talk({ reservations, records }: Repositories, caller = someone()) {
  const call = await placed(reservations, { caller });
  const { state, events } = after(call, accepts(calleeId(call)), hangsUp(caller));
  await records.write(state, events);
  return state;
}

/** What is heard on the log, `undefined` for news of anybody. */
function listen({ userEvents }: Repositories) {
  const heard: (string | undefined)[] = [];
  const stop = userEvents.listen((userId) => heard.push(userId));
  onTestFinished(stop);
  return heard;
}

describe.each(DATABASES)('what users are told on $name', ({ open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());

  it('is read after any number, in pages, with the call as it was written', async () => {
    const call = await talk(store);
    const callee = calleeId(call);
    const all = await store.userEvents.after(callee, 0, 10);
    expect(all.map(({ seq, event }) => [seq, event.type])).toEqual([
      [1, 'call.ringing_stopped'],
      [2, 'call.accepted'],
      [3, 'call.ended'],
    ]);
    expect(all.map(({ state }) => state)).toEqual([call, call, call]);
    expect(await store.userEvents.after(callee, 1, 1)).toEqual(all.slice(1, 2));
    expect(await store.userEvents.after(callee, 3, 10)).toEqual([]);
    const events = await store.history.eventsOf(call.callId, undefined, 10);
    expect(all.map(({ seq: _seq, ...event }) => event)).toEqual(events);
  });

  it('has a first and a last number, also where nothing was told or nothing is left', async () => {
    const nobody = someone();
    const call = await talk(store);
    const [caller, callee] = [callerId(call), calleeId(call)];
    expect(await store.userEvents.rangeOf(nobody)).toEqual({ first: 1, last: 0 });
    expect(await store.userEvents.rangeOf(callee)).toEqual({ first: 1, last: 3 });
    await store.rows(sql`delete from user_events where user_id = ${callee} and seq < 3`);
    expect(await store.userEvents.rangeOf(callee)).toEqual({ first: 3, last: 3 });
    await store.rows(sql`delete from user_events where user_id = ${callee}`);
    expect(await store.userEvents.rangeOf(callee)).toEqual({ first: 4, last: 3 });
    expect(await store.userEvents.lastOf([nobody, caller, callee])).toEqual(
      new Map([
        [caller, 2],
        [callee, 3],
      ]),
    );
  });

  it('is heard of by whoever listens, once committed', async () => {
    const heard = listen(store);
    await expect.poll(() => heard).toEqual([undefined]);
    const call = await talk(store);
    await expect
      .poll(() => new Set(heard.slice(1)))
      .toEqual(new Set([callerId(call), calleeId(call)]));
  });
});

describe('two processes on one PostgreSQL', () => {
  let server: PostgresServer;
  let one: Repositories;
  let other: Repositories;
  beforeAll(async () => {
    server = await startPostgres();
    const url = await server.createDatabase('shared');
    [one, other] = [repositories(await openPostgres(url)), repositories(await openPostgres(url))];
  });
  afterAll(async () => {
    await Promise.all([one.database.close(), other.database.close()]);
    await server.remove();
  });

  it('hear of each other’s news', async () => {
    const heard = listen(other);
    await expect.poll(() => heard).toEqual([undefined]);
    const caller = someone();
    await talk(one, caller);
    await expect.poll(() => heard).toContain(caller);
  });

  it('listen again after the connection was lost, and say that something may have been missed', async () => {
    const heard = listen(other);
    await expect.poll(() => heard).toEqual([undefined]);
    const killed = await one.rows(sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'switchyard events' and state = 'idle'`);
    expect(killed).toHaveLength(1);
    await expect.poll(() => heard).toEqual([undefined, undefined]);
    const caller = someone();
    await talk(one, caller);
    await expect.poll(() => heard).toContain(caller);
  });

  it('listen again after the whole server was away', async () => {
    const heard = listen(other);
    await expect.poll(() => heard).toEqual([undefined]);
    await server.stop();
    await server.start();
    await expect.poll(() => heard).toEqual([undefined, undefined]);
    const caller = someone();
    await expect
      .poll(() =>
        talk(one, caller).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect.poll(() => heard).toContain(caller);
  });
});
