import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallState } from '../../src/call/state.js';
import type { OutwardEvent } from '../../src/call/step.js';
import {
  accepts,
  after,
  calleeId,
  callerId,
  cancels,
  hangsUp,
  joins,
  type Placed,
  placed,
  rejects,
  START_BY,
  someone,
  T0,
} from './fixtures.js';
import { DATABASES, linesOf, type OpenedStore } from './stores.js';

describe.each(DATABASES)('records on $name', ({ open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());

  const reserved = async (wanted?: Placed): Promise<CallState> => {
    const state = await placed(store.reservations, wanted);
    const outcome = await store.reservations.reserve({ state, startBy: START_BY });
    expect(outcome).toEqual({ kind: 'reserved' });
    return state;
  };
  const announced = async (wanted?: Placed): Promise<CallState> => {
    const state = await reserved(wanted);
    const callees = state.parties.filter(({ role }) => role === 'callee');
    const incoming = callees.map(({ userId }): OutwardEvent => {
      return { type: 'call.incoming', version: 1, at: T0, userId };
    });
    await store.records.write(state, incoming);
    return state;
  };
  const stateOf = async (callId: number) => (await store.reader.find(callId))?.state;
  const ringing = async (userId: string) =>
    (await store.reader.ringingFor(userId)).map(({ state }) => state);
  const log = async (userId: string) =>
    (
      await store.rows(sql`
        select seq, event_id from user_events where user_id = ${userId} order by seq`)
    ).map((row) => [Number(row.seq), row.event_id]);

  it('keeps the latest version, whatever the order of the writes', async () => {
    const state = await reserved();
    const answered = after(state, accepts(calleeId(state)));
    const ended = after(state, accepts(calleeId(state)), hangsUp(callerId(state)));
    await store.records.write(ended.state, []);
    await store.records.write(answered.state, []);
    expect(await stateOf(state.callId)).toEqual(ended.state);
  });

  it('replaces a snapshot of the same version', async () => {
    const state = await reserved();
    const noted = { ...state, evidence: 'what the provider said' };
    await store.records.write(noted, []);
    expect(await stateOf(state.callId)).toEqual(noted);
  });

  it('keeps the start-by of a reserved call through every write', async () => {
    const state = await reserved();
    await store.records.write(after(state, accepts(calleeId(state))).state, []);
    expect((await store.reader.find(state.callId))?.startBy).toBe(START_BY);
  });

  it('takes in a call that nobody reserved, such as one refused as busy', async () => {
    const state = await placed(store.reservations);
    const busy = after(state, rejects(calleeId(state), 'callee_busy'));
    await store.records.write(busy.state, busy.events);
    expect(await store.reader.find(state.callId)).toEqual({ state: busy.state, startBy: T0 });
  });

  it('fills the columns that lists are filtered by', async () => {
    const state = await reserved();
    const [caller, callee] = [callerId(state), calleeId(state)];
    const ended = after(state, accepts(callee), joins(caller), hangsUp(callee));
    await store.records.write(ended.state, ended.events);
    const [row] = await store.rows(sql`
      select version, status, channel, cause, caller_id, caller_terminal_id, callee_ids,
        conversation_id, call_type, biz_type, created_at, accepted_at, started_at, ended_at, missed
      from calls where id = ${state.callId}`);
    const times = { created_at: T0, accepted_at: T0 + 1_000, started_at: T0 + 2_000 };
    expect({
      ...row,
      ...numbers(row, 'created_at', 'accepted_at', 'started_at', 'ended_at'),
    }).toEqual({
      ...times,
      ended_at: T0 + 3_000,
      version: ended.state.version,
      status: 'ended',
      channel: 'rtc',
      cause: 'hangup',
      caller_id: caller,
      caller_terminal_id: 'phone',
      callee_ids: [callee],
      conversation_id: '1001',
      call_type: 'video',
      biz_type: 'single',
      missed: false,
    });
  });

  it('calls missed what no callee accepted or rejected', async () => {
    const missed = async (happened: (state: CallState) => CallState) => {
      const state = happened(await reserved());
      await store.records.write(state, []);
      const [row] = await store.rows(sql`select missed from calls where id = ${state.callId}`);
      return row?.missed;
    };
    expect(await missed((state) => state)).toBe(false);
    expect(await missed((state) => after(state, cancels(callerId(state))).state)).toBe(true);
    expect(await missed((state) => after(state, rejects(calleeId(state))).state)).toBe(false);
  });

  describe('lines', () => {
    it('are held while the call lives and free once it is over', async () => {
      const state = await reserved();
      const users = [callerId(state), calleeId(state)];
      const held = Object.fromEntries(users.map((user) => [user, state.callId]));
      await store.records.write(after(state, accepts(calleeId(state))).state, []);
      expect(await linesOf(store, ...users)).toEqual(held);
      const ended = after(state, accepts(calleeId(state)), hangsUp(callerId(state)));
      await store.records.write(ended.state, []);
      expect(await linesOf(store, ...users)).toEqual({});
    });

    it('of a group are freed one by one as parties go', async () => {
      const [one, two, three] = [someone(), someone(), someone()];
      const state = await reserved({ callees: [one, two, three] });
      const { state: now } = after(state, accepts(one), accepts(two), rejects(three), hangsUp(two));
      await store.records.write(now, []);
      expect(await linesOf(store, callerId(state), one, two, three)).toEqual({
        [callerId(state)]: state.callId,
        [one]: state.callId,
      });
    });

    it('of another call are left alone by a late write of a call that is over', async () => {
      const state = await reserved();
      const ended = after(state, cancels(callerId(state)));
      await store.records.write(ended.state, ended.events);
      const next = await reserved({ caller: callerId(state), callees: [calleeId(state)] });
      await store.records.write(ended.state, ended.events);
      expect(await linesOf(store, callerId(state), calleeId(state))).toEqual({
        [callerId(state)]: next.callId,
        [calleeId(state)]: next.callId,
      });
    });
  });

  describe('events', () => {
    const incoming = (state: CallState): OutwardEvent => ({
      type: 'call.incoming',
      version: 1,
      at: T0,
      userId: calleeId(state),
    });

    it('are appended once however often and however merged they are written', async () => {
      const state = await reserved();
      const answered = after(state, accepts(calleeId(state)));
      const ended = after(state, accepts(calleeId(state)), hangsUp(callerId(state)));
      const first = incoming(state);
      await store.records.write(state, [first]);
      await store.records.write(answered.state, answered.events);
      await store.records.write(ended.state, [first, ...ended.events]);
      await store.records.write(ended.state, [first, ...ended.events]);
      const id = `${state.callId}`;
      expect(await log(calleeId(state))).toEqual([
        [1, `${id}-1-0`],
        [2, `${id}-2-0`],
        [3, `${id}-2-1`],
        [4, `${id}-3-0`],
      ]);
      expect(await log(callerId(state))).toEqual([
        [1, `${id}-2-1`],
        [2, `${id}-3-0`],
      ]);
    });

    it('keep what was told, when, to whom and the call as it was written', async () => {
      const state = await reserved();
      const answered = after(state, accepts(calleeId(state)));
      await store.records.write(answered.state, answered.events);
      const [row] = await store.rows(sql`
        select version, nth, type, at, user_id, terminal_id, why, snapshot
        from events where call_id = ${state.callId} order by version, nth limit 1`);
      expect({ ...row, at: Number(row?.at) }).toEqual({
        version: 2,
        nth: 0,
        type: 'call.ringing_stopped',
        at: T0 + 1_000,
        user_id: calleeId(state),
        terminal_id: 'phone',
        why: 'answered_elsewhere',
        snapshot: answered.state,
      });
    });

    it('go to the one user who rings, or stops ringing, and otherwise to every party', async () => {
      const [one, two] = [someone(), someone()];
      const state = await reserved({ callees: [one, two] });
      const { state: now, events } = after(state, accepts(one), rejects(two));
      await store.records.write(now, events);
      const stopped = events.filter(({ type }) => type === 'call.ringing_stopped');
      expect(stopped.map(({ userId }) => userId)).toEqual([one, two]);
      const shared = events.length - stopped.length;
      const told = async (user: string) => (await log(user)).length;
      expect(await Promise.all([callerId(state), one, two].map(told))).toEqual([
        shared,
        shared + 1,
        shared + 1,
      ]);
    });

    it('go to every party when they name none', async () => {
      const [one, two] = [someone(), someone()];
      const state = await reserved({ callees: [one, two] });
      const told: OutwardEvent = { type: 'call.updated', version: 1, at: T0 };
      await store.records.write(state, [told]);
      for (const user of [callerId(state), one, two]) expect(await log(user)).toHaveLength(1);
    });
  });

  it('lists what rings for a user, newest first', async () => {
    const callee = someone();
    const robot = (at: number) => ({ callees: [callee], at, spec: { channel: 'robot' as const } });
    const older = await announced(robot(T0));
    const newer = await announced(robot(T0 + 1));
    const ended = await announced(robot(T0 + 2));
    await store.records.write({ ...ended, version: 2, status: 'ended', endedAt: T0 + 3 }, []);
    expect(await ringing(callee)).toEqual([newer, older]);
    expect(await ringing(callerId(newer))).toEqual([]);
  });

  it('tells a call that was announced from one that was only reserved', async () => {
    const [first, second] = [await announced(), await reserved()];
    expect(await store.reader.ringingFor(calleeId(first))).toEqual([
      { state: first, announced: true },
    ]);
    expect(await store.reader.ringingFor(calleeId(second))).toEqual([
      { state: second, announced: false },
    ]);
  });

  it('lists a group that somebody else answered, but not once this user rejected', async () => {
    const [one, two] = [someone(), someone()];
    const state = await announced({ callees: [one, two] });
    const answered = after(state, accepts(one)).state;
    await store.records.write(answered, []);
    expect(await ringing(two)).toEqual([answered]);
    await store.records.write(after(state, accepts(one), rejects(two)).state, []);
    expect(await ringing(two)).toEqual([]);
  });

  it('records a call whose texts no database can hold, and frees its lines', async () => {
    const state = await reserved();
    const ended = after(state, rejects(calleeId(state), 'a\0b \ud800 \\u0000 \u{1F600}'));
    await store.records.write(ended.state, ended.events);
    expect((await stateOf(state.callId))?.reason).toBe('a\uFFFDb \uFFFD \\u0000 \u{1F600}');
    expect(await linesOf(store, callerId(state), calleeId(state))).toEqual({});
  });
});

const numbers = (row: Record<string, unknown> | undefined, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, Number(row?.[name])]));
