import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { type CallbackWork, createCallbackActivities } from '../../activities/callbacks.js';
import type { CallState } from '../../src/call/state.js';
import type { RobotHint } from '../../src/contract/robot-hint.js';
import { aStart } from '../support/calls.js';
import { createProviderInMemory } from '../support/provider-in-memory.js';
import { aRobotCall } from '../support/robot-calls.js';

const lost = aStart(aRobotCall({ calleeIds: ['jack', 'kim'] })).state;
const hint: RobotHint = {
  providerCallId: 'p-1',
  at: 1,
  parties: [],
  about: { room: { id: 'room-1', kind: 'text' }, users: ['robot', 'jack', 'kim'] },
};

function activities(change: Partial<CallbackWork> & { placing?: readonly CallState[] } = {}) {
  const { placing = [lost], ...more } = change;
  const robotCalls = createProviderInMemory();
  const work = createCallbackActivities({
    appId: '1',
    reader: { findByProviderId: async () => undefined, placingIn: async () => placing },
    robotCalls,
    targets: { read: async () => undefined },
    relay: { deliver: async () => ({ kind: 'taken' }) },
    ...more,
  });
  const find = (asked: RobotHint) =>
    new MockActivityEnvironment().run(work.findHintedCall, asked) as Promise<unknown>;
  const relay = (command: string) =>
    new MockActivityEnvironment().run(work.relayCallback, {
      key: 'k',
      command,
      query: 'q',
      body: 'b',
    });
  return { robotCalls, find, relay };
}

describe('whose call a hint is about', () => {
  it('is told by the provider’s id', async () => {
    const found = { state: lost, startBy: 0 };
    const { find } = activities({
      reader: { findByProviderId: async () => found, placingIn: async () => [] },
    });
    expect(await find(hint)).toEqual({ callId: lost.callId, isFound: false });
  });

  it('is told by room, robot and callees where the id was lost, if the provider agrees', async () => {
    const { find, robotCalls } = activities();
    robotCalls.parties = [
      { userId: 'robot', state: 'present' },
      { userId: 'kim', state: 'ringing' },
    ];
    expect(await find(hint)).toEqual({ callId: lost.callId, isFound: true });
  });

  it.each([
    ['somebody else is in it', [{ userId: 'eve', state: 'ringing' }]],
    ['nobody is in it', []],
    ['it is over', 'gone'],
  ] as const)('is not told where %s', async (_what, parties) => {
    const { find, robotCalls } = activities();
    robotCalls.parties = parties === 'gone' ? parties : [...parties];
    expect(await find(hint)).toBeNull();
  });

  it.each([
    ['two calls fit', [lost, lost], hint],
    ['none fits', [], hint],
    [
      'a callee is missing',
      [lost],
      { ...hint, about: { room: { id: 'room-1' }, users: ['robot', 'jack'] } },
    ],
    [
      'the room is of another kind',
      [lost],
      {
        ...hint,
        about: { room: { id: 'room-1', kind: 'numeric' }, users: ['robot', 'jack', 'kim'] },
      },
    ],
  ] satisfies [string, CallState[], RobotHint][])(
    'is not told where %s',
    async (_what, placing, asked) => {
      const { find, robotCalls } = activities({ placing });
      robotCalls.parties = [{ userId: 'kim', state: 'ringing' }];
      expect(await find(asked)).toBeNull();
    },
  );

  it('is asked again while it cannot be told', async () => {
    const { find, robotCalls } = activities();
    robotCalls.parties = 'away';
    await expect(find(hint)).rejects.toMatchObject({ type: 'NOT_YET' });
    const { about: _none, ...unknown } = hint;
    await expect(find(unknown)).rejects.toMatchObject({ type: 'NOT_YET' });
  });
});

describe('carrying a callback on', () => {
  const target = { url: 'https://backend.test/', commands: ['Call.CallbackAfterEndCall'] };

  it('is done for who wants it, and for nobody else', async () => {
    const delivered: string[] = [];
    const { relay } = activities({
      targets: { read: async () => target },
      relay: {
        deliver: async ({ body }, { url }) => {
          delivered.push(`${body} to ${url}`);
          return { kind: 'taken' };
        },
      },
    });
    await relay('Call.CallbackAfterStartCall');
    await relay('Call.CallbackAfterEndCall');
    expect(delivered).toEqual(['b to https://backend.test/']);
    await activities().relay('Call.CallbackAfterEndCall');
  });

  it('is not done before the backend has taken it', async () => {
    const { relay } = activities({
      targets: { read: async () => target },
      relay: { deliver: async () => ({ kind: 'not-taken', why: 'HTTP 500' }) },
    });
    await expect(relay('Call.CallbackAfterEndCall')).rejects.toMatchObject({
      type: 'BACKEND_DID_NOT_TAKE_IT',
      message: 'HTTP 500',
    });
  });
});
