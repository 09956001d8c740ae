import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallState } from '../../src/call/state.js';
import {
  accepts,
  after,
  calleeId,
  callerId,
  cancels,
  hangsUp,
  type Placed,
  placed,
  START_BY,
  someone,
  T0,
  TABLET,
} from './fixtures.js';
import { DATABASES, linesOf, type OpenedStore } from './stores.js';

describe.each(DATABASES)('reservations on $name', ({ open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());

  const call = (wanted?: Placed) => placed(store.reservations, wanted);
  const reserve = (state: CallState, idempotency?: { key: string; bodyHash: string }) =>
    store.reservations.reserve({ state, startBy: START_BY, ...(idempotency && { idempotency }) });
  const reserved = async (wanted?: Placed): Promise<CallState> => {
    const state = await call(wanted);
    expect(await reserve(state)).toEqual({ kind: 'reserved' });
    return state;
  };

  it('numbers calls upwards with plain integers', async () => {
    const first = await store.reservations.nextCallId();
    expect(await store.reservations.nextCallId()).toBe(first + 1);
  });

  it('takes the lines of caller and callee together with the record', async () => {
    const state = await reserved();
    expect(await linesOf(store, callerId(state), calleeId(state))).toEqual({
      [callerId(state)]: state.callId,
      [calleeId(state)]: state.callId,
    });
    expect(await store.reader.find(state.callId)).toEqual({ state, startBy: START_BY });
  });

  it('takes no line for a phone call, whose people hold other phones', async () => {
    const state = await reserved({ spec: { channel: 'phone' } });
    expect(await linesOf(store, callerId(state), calleeId(state))).toEqual({});
  });

  it('refuses a busy callee, names the blocking call and writes nothing', async () => {
    const blocking = await reserved();
    const state = await call({ callees: [calleeId(blocking)] });
    expect(await reserve(state)).toEqual({
      kind: 'callee-busy',
      line: { userId: calleeId(blocking), callId: blocking.callId, startBy: START_BY },
    });
    expect(await store.reader.find(state.callId)).toBeUndefined();
    expect(await linesOf(store, callerId(state))).toEqual({});
  });

  it('refuses a caller who is in a call on another terminal', async () => {
    const blocking = await reserved();
    const state = await call({ caller: callerId(blocking), terminalId: TABLET });
    expect(await reserve(state)).toEqual({
      kind: 'caller-busy',
      line: { userId: callerId(blocking), callId: blocking.callId, startBy: START_BY },
    });
    expect(await linesOf(store, calleeId(state))).toEqual({});
  });

  it('refuses a caller who is being rung, on whichever terminal', async () => {
    const blocking = await reserved();
    const state = await call({ caller: calleeId(blocking) });
    expect((await reserve(state)).kind).toBe('caller-busy');
  });

  it('hands the line over when the caller calls again from the same terminal', async () => {
    const former = await reserved();
    const state = await call({ caller: callerId(former) });
    expect(await reserve(state)).toEqual({ kind: 'reserved', supersedes: former.callId });
    const ended = after(former, cancels(callerId(former)));
    await store.records.write(ended.state, ended.events);
    expect(await linesOf(store, callerId(former), calleeId(former), calleeId(state))).toEqual({
      [callerId(former)]: state.callId,
      [calleeId(state)]: state.callId,
    });
  });

  it('hands the line over from a call that the caller had answered on this terminal', async () => {
    const former = await reserved();
    const answered = after(former, accepts(calleeId(former), TABLET));
    await store.records.write(answered.state, answered.events);
    const elsewhere = await call({ caller: calleeId(former) });
    expect((await reserve(elsewhere)).kind).toBe('caller-busy');
    const same = await call({ caller: calleeId(former), terminalId: TABLET });
    expect(await reserve(same)).toEqual({ kind: 'reserved', supersedes: former.callId });
  });

  it('leaves the former call its line when the new callee is busy', async () => {
    const former = await reserved();
    const blocking = await reserved();
    const state = await call({ caller: callerId(former), callees: [calleeId(blocking)] });
    expect((await reserve(state)).kind).toBe('callee-busy');
    expect(await linesOf(store, callerId(former))).toEqual({ [callerId(former)]: former.callId });
  });

  describe('the same create again', () => {
    const again = (state: CallState, change: Placed = {}) =>
      call({ caller: callerId(state), callees: [calleeId(state)], at: T0 + 5_000, ...change });

    it('replays the call while it is calling', async () => {
      const state = await reserved();
      expect(await reserve(await again(state))).toEqual({
        kind: 'replayed',
        state,
        startBy: START_BY,
      });
    });

    it.each([
      ['another terminal', { terminalId: TABLET }],
      ['another conversation', { spec: { conversationId: '1002' } }],
      ['another type', { spec: { callType: 'audio' } }],
    ] as const)('is not replayed for %s', async (_what, change) => {
      const state = await reserved();
      expect((await reserve(await again(state, change))).kind).toBe('callee-busy');
    });

    it('is not replayed once the call was answered', async () => {
      const state = await reserved();
      const answered = after(state, accepts(calleeId(state)));
      await store.records.write(answered.state, answered.events);
      expect((await reserve(await again(state))).kind).toBe('callee-busy');
    });

    it('is a new call once the first is over', async () => {
      const state = await reserved();
      const ended = after(state, cancels(callerId(state)));
      await store.records.write(ended.state, ended.events);
      expect(await reserve(await again(state))).toEqual({ kind: 'reserved' });
    });
  });

  describe('an idempotency key', () => {
    const DAY_MS = 86_400_000;
    const key = { key: 'k-1', bodyHash: 'same' };

    it('replays its call, even one that is over, for the same body', async () => {
      const state = await call();
      expect(await reserve(state, key)).toEqual({ kind: 'reserved' });
      const ended = after(state, cancels(callerId(state)));
      await store.records.write(ended.state, ended.events);
      const again = await call({ caller: callerId(state), at: T0 + DAY_MS - 1 });
      expect(await reserve(again, key)).toEqual({
        kind: 'replayed',
        state: ended.state,
        startBy: START_BY,
      });
    });

    it('refuses another body', async () => {
      const state = await call();
      await reserve(state, key);
      const other = await call({ caller: callerId(state) });
      expect(await reserve(other, { ...key, bodyHash: 'other' })).toEqual({ kind: 'key-reused' });
    });

    it('is free again after a day, and belongs to its caller alone', async () => {
      const state = await call();
      await reserve(state, key);
      const ended = after(state, cancels(callerId(state)));
      await store.records.write(ended.state, ended.events);
      expect(await reserve(await call(), key)).toEqual({ kind: 'reserved' });
      const nextDay = await call({ caller: callerId(state), at: T0 + DAY_MS });
      expect(await reserve(nextDay, { ...key, bodyHash: 'other' })).toEqual({ kind: 'reserved' });
      const kept = await store.rows(
        sql`select body_hash from idempotency_keys where caller_id = ${callerId(state)}`,
      );
      expect(kept).toEqual([{ body_hash: 'other' }]);
    });

    it('is not bound by a create that was refused', async () => {
      const blocking = await reserved();
      const refused = await call({ callees: [calleeId(blocking)] });
      expect((await reserve(refused, key)).kind).toBe('callee-busy');
      const other = await call({ caller: callerId(refused) });
      expect(await reserve(other, { ...key, bodyHash: 'other' })).toEqual({ kind: 'reserved' });
    });
  });

  describe('abandoning', () => {
    it('leaves no record, no line and no key', async () => {
      const state = await call();
      const key = { key: 'k-2', bodyHash: 'same' };
      await reserve(state, key);
      await store.reservations.abandon(state.callId);
      expect(await store.reader.find(state.callId)).toBeUndefined();
      expect(await linesOf(store, callerId(state), calleeId(state))).toEqual({});
      const again = await call({ caller: callerId(state), callees: [calleeId(state)] });
      expect(await reserve(again, { ...key, bodyHash: 'other' })).toEqual({ kind: 'reserved' });
    });

    it('leaves a call that a repeat was answered with, and may have started', async () => {
      const state = await reserved();
      const repeat = await call({ caller: callerId(state), callees: [calleeId(state)] });
      expect(await reserve(repeat)).toMatchObject({ kind: 'replayed', state });
      await store.reservations.abandon(state.callId);
      expect((await store.reader.find(state.callId))?.state).toEqual(state);
      expect(await linesOf(store, callerId(state), calleeId(state))).toEqual({
        [callerId(state)]: state.callId,
        [calleeId(state)]: state.callId,
      });
      const another = await call({ caller: callerId(state), callees: [calleeId(state)] });
      expect(await reserve(another)).toMatchObject({ kind: 'replayed', state });
    });

    it('gives the line back to the call it was taken over from', async () => {
      const former = await reserved();
      const state = await call({ caller: callerId(former) });
      await reserve(state);
      await store.reservations.abandon(state.callId);
      expect(await linesOf(store, callerId(former), calleeId(state))).toEqual({
        [callerId(former)]: former.callId,
      });
    });

    it('gives no line back to a call that has ended meanwhile', async () => {
      const former = await reserved();
      const state = await call({ caller: callerId(former) });
      await reserve(state);
      const ended = after(former, hangsUp(callerId(former)));
      await store.records.write(ended.state, ended.events);
      await store.reservations.abandon(state.callId);
      expect(await linesOf(store, callerId(former), calleeId(former))).toEqual({});
    });

    it('does nothing to a call that is not there', async () => {
      await store.reservations.abandon(999_999_999);
    });
  });

  it('frees a line only for the call that holds it', async () => {
    const state = await reserved();
    const line = { userId: calleeId(state), callId: state.callId, startBy: START_BY };
    await store.reservations.freeLine({ ...line, callId: state.callId + 1 });
    expect(await linesOf(store, calleeId(state))).toEqual({ [calleeId(state)]: state.callId });
    await store.reservations.freeLine(line);
    expect(await linesOf(store, calleeId(state), callerId(state))).toEqual({
      [callerId(state)]: state.callId,
    });
  });

  describe('at the same instant', () => {
    const kinds = async (states: readonly CallState[]) => {
      const outcomes = await Promise.all(states.map((state) => reserve(state)));
      return outcomes.map(({ kind }) => kind).sort();
    };

    it('lets one of fifty creates reach an idle callee', async () => {
      const callee = someone();
      const states = await Promise.all(
        Array.from({ length: 50 }, () => call({ callees: [callee] })),
      );
      expect(await kinds(states)).toEqual([...Array(49).fill('callee-busy'), 'reserved']);
    });

    it('makes one call of ten equal creates', async () => {
      const people = { caller: someone(), callees: [someone()] };
      const states = await Promise.all(Array.from({ length: 10 }, () => call(people)));
      expect(await kinds(states)).toEqual([...Array(9).fill('replayed'), 'reserved']);
    });

    it('lets one of two people who call each other ring', async () => {
      for (let round = 0; round < 50; round += 1) {
        const [one, other] = [someone(), someone()];
        const states = await Promise.all([
          call({ caller: one, callees: [other] }),
          call({ caller: other, callees: [one] }),
        ]);
        expect(await kinds(states)).toEqual(['callee-busy', 'reserved']);
      }
    });
  });
});
