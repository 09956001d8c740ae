import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/events.js';
import type { NewCall } from '../../src/call/new-call.js';
import type { CallState } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import type { RobotCallHistory } from '../../src/ports/recorded-robot-calls.js';
import { createRobotCallHistory } from '../../src/store/robot-call-history.js';
import { after, placed, START_BY, someone, T0 } from './fixtures.js';
import { DATABASES, type OpenedStore } from './stores.js';

const isPlaced = (providerCallId: string): CallEvent => ({ type: 'placed', providerCallId });
const over = (cause: 'hangup' | 'no_answer' | 'provider_lost'): CallEvent => ({
  type: 'over',
  cause,
});
const answers = (userId: string): CallEvent => ({ type: 'party', userId, fact: 'answered' });

describe.each(DATABASES)('what is looked up for a provider on $name', ({ open }) => {
  let store: OpenedStore;
  let history: RobotCallHistory;
  beforeAll(async () => {
    store = await open();
    history = createRobotCallHistory(store.database);
  });
  afterAll(() => store.remove());

  const reserved = async (spec: Partial<NewCall>, at = T0): Promise<CallState> => {
    const callees = spec.bizType === 'group' ? [someone(), someone()] : [someone()];
    const state = await placed(store.reservations, {
      at,
      callees,
      spec: { channel: 'robot', caller: { userId: someone() }, calleeIds: callees, ...spec },
    });
    await store.reservations.reserve({ state, startBy: START_BY });
    return state;
  };
  const write = async (state: CallState, ...happened: CallEvent[]): Promise<CallState> => {
    const changed = after(state, ...happened);
    await store.records.write(changed.state, changed.events);
    return changed.state;
  };

  it('is the call that waits for its id in a room', async () => {
    const name = `room-${someone()}`;
    const room = { appId: '1', name, kind: 'text' } as const;
    const waiting = await reserved({ room });
    const named = await reserved({ room });
    await store.reservations.nameProviderCall(named.callId, 'p-1');
    await write(await reserved({ room }), { type: 'refused', code: 1, info: 'no' });
    await reserved({ room: { ...room, name: 'another' } });
    const found = await store.reader.placingIn(name);
    expect(found.map(({ callId }) => callId)).toEqual([waiting.callId]);
    expect(await store.reader.placingIn('nowhere\0')).toEqual([]);
  });

  it('is the live call that has a stream', async () => {
    const state = await reserved({ stream: { userId: 'robot' } });
    const [callee = ''] = state.parties.slice(1).map(({ userId }) => userId);
    const taskId = `task-${someone()}`;
    const playing = await write(
      state,
      isPlaced(`p-${state.callId}`),
      answers(callee),
      { type: 'stream', now: 'starting', taskId },
      { type: 'stream', now: 'playing' },
    );
    expect((await store.reader.findByStreamTask(taskId))?.state.callId).toBe(state.callId);
    expect(await store.reader.findByStreamTask('another')).toBeUndefined();
    await write(playing, over('hangup'));
    expect(await store.reader.findByStreamTask(taskId)).toBeUndefined();
  });

  it('are the calls that may hold something there: live ones, and those given up', async () => {
    const ops: CallEvent = { type: 'end', by: 'night shift', cause: 'ops_ended' };
    const live = await write(await reserved({}), isPlaced('p-live'));
    const placed = await write(await reserved({}), isPlaced('p-given-up'));
    const wished = after(placed, ops).state;
    const givenUp = judge(wished, ops, T0 + 60_000).state;
    await store.records.write(givenUp, []);
    await write(await reserved({}), isPlaced('p-over'), over('hangup'));
    const unsettled = async (before = START_BY + 1) =>
      (await store.reader.unsettled(before, live.callId - 1, 10)).map(({ state }) => state);
    expect(await unsettled()).toEqual([live, givenUp]);
    expect(await unsettled(START_BY)).toEqual([]);
    await write(givenUp, { type: 'forgotten' });
    expect(await unsettled()).toEqual([live]);
  });

  it('are the robot calls that are over, by time, result and kind, in pages', async () => {
    const from = T0 + 1_000_000_000;
    const calls: string[] = [];
    for (const [nth, kind] of (['hangup', 'no_answer', 'provider_lost'] as const).entries()) {
      const bizType = nth === 1 ? 'group' : 'single';
      const state = await reserved({ bizType }, from + nth * 1_000);
      const [callee = ''] = state.parties.slice(1).map(({ userId }) => userId);
      const answered = kind === 'hangup' ? [answers(callee)] : [];
      await write(state, isPlaced(`history-${nth}`), ...answered, over(kind));
      calls.push(`history-${nth}`);
    }
    await write(await reserved({}, from), isPlaced('live'));
    await write(await reserved({}, from), { type: 'refused', code: 1, info: 'never placed' });
    const all = { from, to: from + 60_000, limit: 10, offset: 0 };
    const ids = async (more: object = {}) =>
      (await history.over({ ...all, ...more })).calls.map(({ providerCallId }) => providerCallId);
    expect(await ids()).toEqual(calls.toReversed());
    expect((await history.over({ ...all, limit: 1 })).total).toBe(3);
    expect(await ids({ limit: 1, offset: 1 })).toEqual(['history-1']);
    expect(await ids({ from: from + 1_500 })).toEqual(['history-2']);
    expect(await ids({ to: from + 500 })).toEqual(['history-0']);
    expect(await ids({ result: 'NormalEnd' })).toEqual(['history-0']);
    expect(await ids({ result: 'NotAnswer' })).toEqual(['history-1']);
    expect(await ids({ result: 'Interrupt' })).toEqual(['history-2']);
    expect(await ids({ result: 'Cancel' })).toEqual([]);
    expect(await ids({ result: 'no such word' })).toEqual([]);
    expect(await ids({ bizType: 'group' })).toEqual(['history-1']);
  });
});
