import { describe, expect, it } from 'vitest';
import { createCallbackActivities } from '../../activities/callbacks.js';
import { type CallState, callerOf } from '../../src/call/state.js';
import { callbacksWorkflowId, callWorkflowId } from '../../src/contract/ids.js';
import type { ReceivedCallback, RobotHint } from '../../src/contract/robot-hint.js';
import { createCallbackInbox } from '../../src/engine/callback-inbox.js';
import type { RelayOutcome } from '../../src/ports/callback-targets.js';
import { aRecord, PROVIDER_CALL_ID } from '../support/provider-in-memory.js';
import { aRobotCall } from '../support/robot-calls.js';
import { type RobotRig, startRobotRig } from '../support/robot-rig.js';

const COMMAND = 'Call.CallbackAfterMemberChanged';
const healthy = { ok: () => true, stop: () => undefined };
const aHint = (more: Partial<RobotHint> = {}): RobotHint => ({
  providerCallId: PROVIDER_CALL_ID,
  at: Date.now(),
  parties: [],
  ...more,
});
const aCallback = (key: string, hint?: RobotHint): ReceivedCallback => ({
  key,
  command: COMMAND,
  query: '',
  body: key,
  ...(hint && { hint }),
});

interface Options {
  readonly slowly?: boolean;
  /** What the backend says to a callback. */
  readonly answer?: (body: string) => RelayOutcome;
}
const taken = (): RelayOutcome => ({ kind: 'taken' });

/** A rig whose worker knows the calls that were started on it. */
async function startCallbackRig({ answer = taken, ...options }: Options = {}) {
  const calls: CallState[] = [];
  let looks = 0;
  const reader = {
    async findByProviderId() {
      looks += 1;
      const [state] = calls;
      return state && { state, startBy: 0 };
    },
    placingIn: async () => lost,
  };
  const lost: CallState[] = [];
  const rig: RobotRig = await startRobotRig({
    // So slow that nobody learns anything but by being told.
    ...(options.slowly && {
      pace: { ringing: 60_000, talking: 60_000, waiting: 50, slowest: 60_000, word: 0 },
    }),
    beside: (provider) =>
      createCallbackActivities({
        reader,
        robotCalls: provider,
        appId: '1',
        targets: { read: async () => ({ url: 'https://backend.test/', commands: [COMMAND] }) },
        relay: { deliver: async ({ body }) => answer(body) },
      }),
  });
  const inbox = createCallbackInbox(rig.client, healthy);
  const handOff = (callback: ReceivedCallback) =>
    expect.poll(() => inbox.handOff(callback)).toBe('taken');
  return { ...rig, calls, lost, handOff, looks: () => looks };
}

describe('a callback', () => {
  it('makes a call look at once, and moves nothing that the look does not show', async () => {
    const rig = await startCallbackRig({ slowly: true });
    const { callId } = (await rig.start(aRobotCall())).state;
    await rig.engine.placed(callId, 4_000);
    const state = await rig.seen(callId, ({ providerCallId }) => providerCallId !== undefined);
    rig.calls.push(state);
    const looksBefore = rig.provider.lookUps;
    const parties = [{ userId: 'jack', fact: 'answered' as const }];
    await rig.handOff(aCallback('a lie', aHint({ parties })));
    await expect.poll(() => rig.provider.lookUps).toBeGreaterThan(looksBefore);
    expect(await rig.engine.state(callId)).toMatchObject({ status: 'calling', version: 2 });
    rig.provider.parties = [{ userId: 'jack', state: 'present' }];
    await rig.handOff(aCallback('the truth', aHint({ parties })));
    await rig.seen(callId, ({ status }) => status === 'accepted');
    rig.provider.record_ = aRecord({ acceptedAt: Date.now() });
    rig.provider.parties = 'gone';
    await rig.handOff(aCallback('the end', aHint({ ended: { cause: 'hangup' } })));
    expect(await rig.result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
  });

  it('that comes ten times is read once', async () => {
    const rig = await startCallbackRig();
    const { callId } = (await rig.start(aRobotCall())).state;
    await rig.engine.placed(callId, 4_000);
    rig.calls.push(await rig.seen(callId, ({ providerCallId }) => providerCallId !== undefined));
    const hint = aHint({ parties: [{ userId: 'jack', fact: 'left' }] });
    for (let nth = 0; nth < 10; nth += 1) await rig.handOff(aCallback('the same', hint));
    await rig.seen(callId, ({ heard }) => heard !== undefined);
    await rig.handOff(aCallback('another', aHint({ at: hint.at + 1, ended: { cause: 'hangup' } })));
    const state = await rig.seen(callId, ({ heard }) => heard?.ended !== undefined);
    expect(state.heard?.count).toBe(2);
    expect(rig.looks()).toBe(1);
    const { events } = await rig.client.workflow.getHandle(callWorkflowId(callId)).fetchHistory();
    expect(events?.filter((each) => each.workflowExecutionSignaledEventAttributes)).toHaveLength(2);
  });

  it('gives a call its id whose start was not answered, once the provider confirms it', async () => {
    const rig = await startCallbackRig();
    rig.provider.onPlace = async () => ({ kind: 'unknown', throttled: false, evidence: {} });
    const started = (await rig.start(aRobotCall())).state;
    const { callId } = started;
    await rig.seen(callId, ({ placing }) => placing?.kind === 'unknown');
    rig.lost.push(started);
    const users = [callerOf(started).userId, 'jack'];
    const about = { room: { id: 'room-1', kind: 'text' as const }, users };
    rig.provider.parties = [{ userId: 'somebody else', state: 'ringing' }];
    await rig.handOff(aCallback('of another call', aHint({ about })));
    rig.provider.parties = [{ userId: 'jack', state: 'ringing' }];
    await rig.handOff(aCallback('of this call', aHint({ about, at: Date.now() + 1 })));
    const state = await rig.seen(callId, ({ providerCallId }) => providerCallId !== undefined);
    expect(state).toMatchObject({ providerCallId: PROVIDER_CALL_ID, status: 'calling' });
    await rig.engine.command(callId, 'hangup', { user_id: 'robot', terminal_id: 'backend' });
    rig.provider.record_ = aRecord({ cause: 'cancelled' });
    expect(await rig.result(callId)).toMatchObject({ status: 'cancelled' });
  });

  it('about a call that is over, or is nobody’s, is taken and forgotten', async () => {
    const rig = await startCallbackRig();
    const { callId } = (await rig.start(aRobotCall())).state;
    await rig.engine.placed(callId, 4_000);
    rig.calls.push(await rig.seen(callId, ({ providerCallId }) => providerCallId !== undefined));
    rig.provider.record_ = aRecord();
    rig.provider.parties = 'gone';
    await rig.result(callId);
    await rig.handOff(aCallback('late', aHint({ ended: { cause: 'hangup' } })));
    await rig.handOff(aCallback('not understood'));
    const about = async (id: string) =>
      (await rig.client.workflow.getHandle(callbacksWorkflowId(id)).describe()).status.name;
    expect(await about(PROVIDER_CALL_ID)).toBe('RUNNING');
    expect(await about('not understood')).toBe('RUNNING');
  });

  it('is carried on until the backend takes it, once and in the order of arrival', async () => {
    const told: string[] = [];
    let refusals = 0;
    const rig = await startCallbackRig({
      answer: (body) => {
        if (body === 'first' && refusals < 2) {
          refusals += 1;
          return { kind: 'not-taken', why: 'HTTP 500' };
        }
        told.push(body);
        return { kind: 'taken' };
      },
    });
    const { callId } = (await rig.start(aRobotCall())).state;
    await rig.engine.placed(callId, 4_000);
    rig.calls.push(await rig.seen(callId, ({ providerCallId }) => providerCallId !== undefined));
    const hint = aHint({ ended: { cause: 'hangup' } });
    for (const key of ['first', 'second', 'first', 'third']) {
      await rig.handOff(aCallback(key, hint));
    }
    // The call hears of it while the backend still refuses the first one.
    await rig.seen(callId, ({ heard }) => heard?.ended !== undefined);
    await expect.poll(() => told).toEqual(['first', 'second', 'third']);
    expect(refusals).toBe(2);
  });
});
