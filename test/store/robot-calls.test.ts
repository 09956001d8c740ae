import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/events.js';
import type { CallState } from '../../src/call/state.js';
import { linesJoined } from '../../src/store/lines.js';
import { after, calleeId, callerId, placed, START_BY, someone, T0 } from './fixtures.js';
import { DATABASES, linesOf, type OpenedStore } from './stores.js';

const HOLDS_MS = 30_000;
const isPlaced = (providerCallId: string): CallEvent => ({ type: 'placed', providerCallId });
const answers = (userId: string): CallEvent => ({ type: 'party', userId, fact: 'answered' });
const leaves = (userId: string): CallEvent => ({ type: 'party', userId, fact: 'left' });
const isOver: CallEvent = { type: 'over', cause: 'hangup' };
const isRefused: CallEvent = { type: 'refused', code: 60011, info: 'too many requests' };

describe.each(DATABASES)('robot calls on $name', ({ open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());

  interface Wanted {
    readonly caller?: string;
    readonly callees?: readonly string[];
    readonly at?: number;
  }
  const call = ({ caller = someone(), ...wanted }: Wanted = {}) =>
    placed(store.reservations, {
      ...wanted,
      spec: { channel: 'robot', caller: { userId: caller } },
    });
  const reserve = (state: CallState, key: string) =>
    store.reservations.reserve({
      state,
      startBy: START_BY,
      idempotency: { key, bodyHash: key, holdsMs: HOLDS_MS },
    });
  const reserved = async (key = someone(), wanted: Wanted = {}): Promise<CallState> => {
    const state = await call(wanted);
    expect(await reserve(state, key)).toEqual({ kind: 'reserved' });
    return state;
  };
  const write = async (state: CallState, ...happened: CallEvent[]): Promise<CallState> => {
    const changed = after(state, ...happened);
    await store.records.write(changed.state, changed.events);
    return changed.state;
  };
  /** The same request again, so long after the first one. */
  const again = async ({ state, key, ms }: { state: CallState; key: string; ms: number }) =>
    reserve(await call({ caller: callerId(state), callees: [calleeId(state)], at: T0 + ms }), key);

  describe('the same request again', () => {
    it.each([
      ['was just reserved', []],
      ['rings', [isPlaced('p')]],
      ['has an unknown outcome', [{ type: 'placing-unknown', evidence: 'fault=timeout' }]],
    ] satisfies [string, CallEvent[]][])(
      'is the same call while that one %s, however long ago',
      async (_what, happened) => {
        const key = someone();
        const first = await reserved(key);
        const state = happened.length === 0 ? first : await write(first, ...happened);
        for (const ms of [1, HOLDS_MS + 1, 86_400_000 * 2]) {
          const replayed = { kind: 'replayed', state, startBy: START_BY };
          expect(await again({ state, key, ms })).toEqual(replayed);
        }
      },
    );

    it('is the same call for its time although that one is over, and then a new one', async () => {
      const key = someone();
      const state = await write(await reserved(key), isPlaced('p'), isOver);
      expect(await again({ state, key, ms: HOLDS_MS - 1 })).toMatchObject({
        kind: 'replayed',
        state: { callId: state.callId },
      });
      expect(await again({ state, key, ms: HOLDS_MS })).toEqual({ kind: 'reserved' });
    });

    it('is the same call until that one need not be claimed any more, although it is over', async () => {
      const CLAIM_MS = 2 * HOLDS_MS;
      const key = someone();
      const over = async (state: CallState, ...happened: CallEvent[]) =>
        write({ ...state, claimBy: T0 + CLAIM_MS }, isPlaced('p'), ...happened, isOver);
      const state = await over(await reserved(key));
      expect(await again({ state, key, ms: CLAIM_MS - 1 })).toMatchObject({
        kind: 'replayed',
        state: { callId: state.callId },
      });
      expect(await again({ state, key, ms: CLAIM_MS })).toEqual({ kind: 'reserved' });
      const other = someone();
      const claimed = await over(await reserved(other), { type: 'claimed' });
      expect(await again({ state: claimed, key: other, ms: HOLDS_MS })).toEqual({
        kind: 'reserved',
      });
    });

    it('binds the key to the new call', async () => {
      const key = someone();
      const state = await write(await reserved(key), isPlaced('p'), isOver);
      await again({ state, key, ms: HOLDS_MS });
      const third = await again({ state, key, ms: HOLDS_MS + 1 });
      expect(third).toMatchObject({ kind: 'replayed', state: { createdAt: T0 + HOLDS_MS } });
    });

    it('is a new call at once when the provider refused the first', async () => {
      const key = someone();
      const state = await write(await reserved(key), isRefused);
      expect(await again({ state, key, ms: 1 })).toEqual({ kind: 'reserved' });
    });

    it('is a new call at once when the first one was never started', async () => {
      const key = someone();
      const end: CallEvent = { type: 'end', by: 'system', cause: 'unreachable' };
      const state = await write(await reserved(key), end);
      expect(await again({ state, key, ms: 1 })).toEqual({ kind: 'reserved' });
    });

    it('is one call for all who send it at once, and nothing is left of the others', async () => {
      const [key, caller] = [someone(), someone()];
      const states = await Promise.all(Array.from({ length: 8 }, () => call({ caller })));
      const outcomes = await Promise.all(states.map((state) => reserve(state, key)));
      const winners = states.filter((_, nth) => outcomes[nth]?.kind === 'reserved');
      expect(winners).toHaveLength(1);
      const [state] = winners;
      for (const outcome of outcomes.filter(({ kind }) => kind !== 'reserved')) {
        expect(outcome).toEqual({ kind: 'replayed', state, startBy: START_BY });
      }
      const written = await Promise.all(states.map(({ callId }) => store.reader.find(callId)));
      expect(written.filter((each) => each !== undefined)).toEqual([{ state, startBy: START_BY }]);
    });

    it('takes the robot’s expired keys along when it is booked', async () => {
      const [caller, old] = [someone(), someone()];
      await reserved(old, { caller });
      const keys = () =>
        store.rows(sql`select key from idempotency_keys where caller_id = ${caller}`);
      expect(await keys()).toEqual([{ key: old }]);
      const next = someone();
      await reserved(next, { caller, at: T0 + 86_400_000 });
      expect(await keys()).toEqual([{ key: next }]);
    });

    it('is another call for another robot', async () => {
      const key = someone();
      await reserved(key);
      expect(await reserve(await call(), key)).toEqual({ kind: 'reserved' });
    });

    it('is another call without a key, however alike', async () => {
      const state = await reserved();
      const alike = await call({ caller: callerId(state), callees: [calleeId(state)] });
      expect(await reserve(alike, someone())).toEqual({ kind: 'reserved' });
    });
  });

  it('are not missed where the record says that they were answered, whoever did', async () => {
    const isAnswered: CallEvent = { type: 'over', cause: 'hangup', acceptedAt: T0 + 1_500 };
    const missed = async (...happened: CallEvent[]) => {
      const group = await reserved(someone(), { callees: [someone(), someone()] });
      const { callId } = await write(group, isPlaced('p'), ...happened);
      const [row] = await store.rows(sql`select missed from calls where id = ${callId}`);
      return row?.missed;
    };
    expect(await missed(isAnswered)).toBe(false);
    expect(await missed({ type: 'over', cause: 'no_answer' })).toBe(true);
  });

  describe('the id of the provider', () => {
    it('leads to the call as soon as it is told, and goes on when the record is written', async () => {
      const [state, id] = [await reserved(), `p-${someone()}`];
      expect(await store.reader.findByProviderId(id)).toBeUndefined();
      await store.reservations.nameProviderCall(state.callId, id);
      expect(await store.reader.findByProviderId(id)).toEqual({ state, startBy: START_BY });
      const ringing = await write(state, isPlaced(id));
      expect(await store.reader.findByProviderId(id)).toEqual({
        state: ringing,
        startBy: START_BY,
      });
    });

    it('leads to the call from its record alone', async () => {
      const id = `p-${someone()}`;
      const state = await write(await reserved(), isPlaced(id));
      expect((await store.reader.findByProviderId(id))?.state).toEqual(state);
    });

    it('is kept by a record that does not know it yet', async () => {
      const [state, id] = [await reserved(), `p-${someone()}`];
      await store.reservations.nameProviderCall(state.callId, id);
      await write(state, { type: 'hangup', userId: callerId(state), terminalId: 'backend' });
      expect((await store.reader.findByProviderId(id))?.state.ending).toBeDefined();
    });

    it('is nothing to a call that is not there', async () => {
      await store.reservations.nameProviderCall(999_999_999, 'p-nobody');
      expect(await store.reader.findByProviderId('p-nobody')).toBeUndefined();
    });

    it('is looked up by an index', async () => {
      const [index] = await store.rows(
        sql`select indexdef from pg_indexes where indexname = 'calls_by_provider_id'`,
      );
      expect(index?.indexdef).toMatch(
        /\(provider_call_id\) WHERE \(provider_call_id IS NOT NULL\)/,
      );
    });
  });

  describe('lines', () => {
    const rtc = async (callee: string) => {
      const state = await placed(store.reservations, { callees: [callee] });
      return store.reservations.reserve({ state, startBy: START_BY });
    };

    it('are taken by nobody while it rings, not by its robot either', async () => {
      const state = await write(await reserved(), isPlaced('p'));
      expect(await linesOf(store, callerId(state), calleeId(state))).toEqual({});
      expect((await rtc(calleeId(state))).kind).toBe('reserved');
    });

    it('are taken by who answered: another call to them meets somebody who is busy', async () => {
      const callee = someone();
      const state = await write(
        await reserved(someone(), { callees: [callee] }),
        isPlaced('p'),
        answers(callee),
      );
      expect(await linesOf(store, callerId(state), callee)).toEqual({ [callee]: state.callId });
      expect(await rtc(callee)).toEqual({
        kind: 'callee-busy',
        line: { userId: callee, callId: state.callId, startBy: START_BY },
      });
      const own = await placed(store.reservations, { caller: callee });
      expect((await store.reservations.reserve({ state: own, startBy: START_BY })).kind).toBe(
        'caller-busy',
      );
    });

    it('are freed one by one as parties leave a group, and all of them when it is over', async () => {
      const [ann, bob, cleo] = [someone(), someone(), someone()];
      const group = await reserved(someone(), { callees: [cleo, ann, bob] });
      const talking = [isPlaced('p'), answers(ann), answers(bob)];
      const { callId } = await write(group, ...talking);
      expect(await linesOf(store, ann, bob, cleo)).toEqual({ [ann]: callId, [bob]: callId });
      await write(group, ...talking, leaves(ann));
      expect(await linesOf(store, ann, bob, cleo)).toEqual({ [bob]: callId });
      await write(group, ...talking, leaves(ann), isOver);
      expect(await linesOf(store, ann, bob, cleo)).toEqual({});
    });

    it('stay with the call that has them, which the provider did not ask about', async () => {
      const callee = someone();
      const blocking = await placed(store.reservations, { callees: [callee] });
      await store.reservations.reserve({ state: blocking, startBy: START_BY });
      const robot = await reserved(someone(), { callees: [callee] });
      await write(robot, isPlaced('p'), answers(callee));
      expect(await linesOf(store, callee)).toEqual({ [callee]: blocking.callId });
      await write(robot, isPlaced('p'), answers(callee), isOver);
      expect(await linesOf(store, callee)).toEqual({ [callee]: blocking.callId });
    });

    it('are taken in one order, whatever the order of the parties', async () => {
      const users = ['9', '10', 'ann', 'Bob'];
      for (const callees of [users, users.toReversed()]) {
        const state = await call({ callees });
        const { state: talking } = after(state, isPlaced('p'), ...callees.map(answers));
        expect(linesJoined(talking)).toEqual(['10', '9', 'Bob', 'ann']);
      }
    });
  });
});
