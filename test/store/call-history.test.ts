import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/events.js';
import type { CallState } from '../../src/call/state.js';
import type { CallFilter, HistoryPosition } from '../../src/ports/call-history.js';
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
import { DATABASES, type OpenedStore } from './stores.js';

describe.each(DATABASES)('the history of calls on $name', ({ open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());

  /** A call that has come so far, reserved and written. */
  async function written(
    wanted: Placed,
    happened: (state: CallState) => readonly CallEvent[] = () => [],
  ): Promise<CallState> {
    const state = await placed(store.reservations, wanted);
    await store.reservations.reserve({ state, startBy: START_BY });
    const { state: now, events } = after(state, ...happened(state));
    await store.records.write(now, events);
    return now;
  }
  const ids = async (filter: CallFilter, position?: HistoryPosition, limit = 100) =>
    (await store.history.list(filter, position, limit)).map(({ callId }) => callId);
  const idsOf = (...calls: readonly CallState[]) => calls.map(({ callId }) => callId);

  it('has what a user placed and received, newest first, and nothing of others', async () => {
    const me = someone();
    const end = (state: CallState) => [cancels(callerId(state))];
    const placedByMe = await written({ caller: me, at: T0 }, end);
    const received = await written({ callees: [me], at: T0 + 2 }, end);
    const group = await written({ callees: [someone(), me], at: T0 + 1 }, end);
    await written({}, end);
    expect(await ids({ parties: [me] })).toEqual(idsOf(received, group, placedByMe));
    expect(await ids({ parties: [me, calleeId(group)] })).toEqual(idsOf(group));
  });

  it('pages without gap or repeat while calls are added, also within one millisecond', async () => {
    const me = someone();
    const older: CallState[] = [];
    for (let count = 0; count < 7; count += 1) {
      const at = T0 + Math.floor(count / 3);
      older.unshift(await written({ caller: me, at }, (state) => [cancels(callerId(state))]));
    }
    const seen: number[] = [];
    let position: HistoryPosition | undefined;
    for (;;) {
      const page = await store.history.list({ parties: [me] }, position, 2);
      seen.push(...page.map(({ callId }) => callId));
      position = page.at(-1);
      if (page.length < 2) break;
      await written({ caller: me, at: T0 + 10 }, (state) => [cancels(callerId(state))]);
    }
    expect(seen).toEqual(idsOf(...older));
  });

  it('filters by status, cause, channel and time', async () => {
    const me = someone();
    const cancelled = await written({ caller: me, at: T0 }, (state) => [cancels(callerId(state))]);
    const rejected = await written({ caller: me, at: T0 + 1 }, (state) => [
      rejects(calleeId(state)),
    ]);
    const robot = await written({ caller: me, at: T0 + 2, spec: { channel: 'robot' } });
    const mine = { parties: [me] };
    expect(await ids({ ...mine, status: 'cancelled' })).toEqual(idsOf(cancelled));
    expect(await ids({ ...mine, cause: 'rejected' })).toEqual(idsOf(rejected));
    expect(await ids({ ...mine, channel: 'robot' })).toEqual(idsOf(robot));
    expect(await ids({ ...mine, from: T0 + 1 })).toEqual(idsOf(robot, rejected));
    expect(await ids({ ...mine, to: T0 + 1 })).toEqual(idsOf(cancelled));
    expect(await ids({ ...mine, from: T0 + 1, to: T0 + 2 })).toEqual(idsOf(rejected));
  });

  it('finds what a callee missed: cancelled before the first ring, busy, and unanswered', async () => {
    const me = someone();
    const mine = { callees: [me] };
    const missed = [
      await written({ ...mine, at: T0 + 1 }, (state) => [cancels(callerId(state))]),
      await written({ ...mine, at: T0 + 2 }, () => [{ type: 'party', userId: me, fact: 'busy' }]),
      await written({ ...mine, at: T0 + 3 }, ({ ring }) => [
        { type: 'deadline', kind: 'ring', at: ring.until },
      ]),
    ];
    const rejected = await written({ ...mine, at: T0 + 4 }, () => [rejects(me)]);
    const answered = await written({ ...mine, at: T0 + 5 }, (state) => [
      accepts(me),
      joins(me),
      hangsUp(callerId(state)),
    ]);
    const live = await written({ ...mine, at: T0 + 6 });
    const byMe = { parties: [me], missedBy: me };
    expect(await ids({ ...byMe, missed: true })).toEqual(idsOf(...missed).toReversed());
    expect(await ids({ ...byMe, missed: false })).toEqual(idsOf(live, answered, rejected));
    expect(await ids({ parties: [me], missed: true })).toEqual(idsOf(...missed).toReversed());
  });

  it('has the caller of a missed call miss nothing, and one of a group what others answered', async () => {
    const [one, two] = [someone(), someone()];
    const group = await written({ callees: [one, two] }, (state) => [
      accepts(one),
      { type: 'deadline', kind: 'ring', at: state.ring.until },
      hangsUp(callerId(state)),
    ]);
    const missedBy = (userId: string) => ids({ parties: [userId], missedBy: userId, missed: true });
    expect(await missedBy(two)).toEqual(idsOf(group));
    expect(await missedBy(one)).toEqual([]);
    expect(await missedBy(callerId(group))).toEqual([]);
  });

  it('has the events of a call in order, after any of them, and to a user only that user’s', async () => {
    const call = await written({}, (state) => [
      accepts(calleeId(state)),
      joins(callerId(state)),
      hangsUp(callerId(state)),
    ]);
    const { callId } = call;
    const all = await store.history.eventsOf(callId, undefined, 10);
    expect(all.map(({ id, event }) => [id, event.type])).toEqual([
      [`${callId}-2-0`, 'call.ringing_stopped'],
      [`${callId}-2-1`, 'call.accepted'],
      [`${callId}-3-0`, 'call.ongoing'],
      [`${callId}-4-0`, 'call.ended'],
    ]);
    expect(all[0]?.event).toEqual({
      type: 'call.ringing_stopped',
      version: 2,
      at: T0 + 1_000,
      userId: calleeId(call),
      terminalId: 'phone',
      why: 'answered_elsewhere',
    });
    expect(all[0]?.state).toEqual(call);
    const after2 = await store.history.eventsOf(callId, { version: 2, nth: 0 }, 2);
    expect(after2).toEqual(all.slice(1, 3));
    expect(await store.history.eventsOf(callId, undefined, 10, callerId(call))).toEqual(
      all.slice(1),
    );
    expect(await store.history.eventsOf(callId, undefined, 10, calleeId(call))).toEqual(all);
  });
});
