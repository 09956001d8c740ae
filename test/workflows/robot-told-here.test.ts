import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { aStart } from '../support/calls.js';
import { aRecord, PROVIDER_CALL_ID } from '../support/provider-in-memory.js';
import { aRobotCall } from '../support/robot-calls.js';
import { type RobotRig, startRobotRig } from '../support/robot-rig.js';

const LONG_MS = 60_000;

const told = { kind: 'placed', results: [{ userId: 'jack', code: 0 }] };

/** Started as by a request that has so long to answer. */
async function begun({ once }: RobotRig, answerWithinMs: number): Promise<number> {
  const call = aStart(aRobotCall());
  expect(await once.start(call, answerWithinMs)).toBe('started');
  return call.state.callId;
}

async function historyOf({ client }: RobotRig, callId: number) {
  const { events } = await client.workflow.getHandle(callWorkflowId(callId)).fetchHistory();
  const results = (events ?? []).flatMap(
    ({ activityTaskCompletedEventAttributes: is }) => is?.result?.payloads ?? [],
  );
  return {
    results: results.map((each) => defaultPayloadConverter.fromPayload<object>(each as Payload)),
    updates: (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes),
  };
}

async function ended({ provider, result }: RobotRig, callId: number): Promise<void> {
  provider.record_ = aRecord({ cause: 'cancelled' });
  provider.parties = 'gone';
  await result(callId);
}

describe('a robot call that is placed in the process that asked for it', () => {
  it('is told of and claimed', async () => {
    const rig = await startRobotRig({ tellsHere: true });
    const callId = await begun(rig, LONG_MS);
    expect(await rig.once.placed(callId, LONG_MS)).toMatchObject({
      kind: 'done',
      state: { providerCallId: PROVIDER_CALL_ID, placing: told },
    });
    const { claimBy } = await rig.seen(callId, ({ version }) => version > 1);
    expect(claimBy).toBeUndefined();
    await ended(rig, callId);
    const { results } = await historyOf(rig, callId);
    expect(results[0]).toMatchObject({ type: 'placed', claimed: true });
    expect(rig.provider.asked).toEqual(['place', 'end']);
  });

  it('is told of where the provider refuses it', async () => {
    const rig = await startRobotRig({ tellsHere: true });
    const evidence = { code: 101002, info: 'Timeout' };
    rig.provider.onPlace = async () => ({ kind: 'refused', reason: 'request', evidence });
    const callId = await begun(rig, LONG_MS);
    expect(await rig.once.placed(callId, LONG_MS)).toMatchObject({
      kind: 'done',
      state: { placing: { kind: 'refused', code: 101002, info: 'Timeout' } },
    });
    expect(await rig.result(callId)).toMatchObject({ cause: 'provider_failed' });
  });

  it('is asked where the provider takes its time', async () => {
    const rig = await startRobotRig({ tellsHere: true });
    const { onPlace } = rig.provider;
    rig.provider.onPlace = () =>
      new Promise((resolve) => setTimeout(() => resolve(onPlace()), 1_500));
    const callId = await begun(rig, LONG_MS);
    expect(await rig.once.placed(callId, LONG_MS)).toMatchObject({ state: { placing: told } });
    await ended(rig, callId);
    const { updates } = await historyOf(rig, callId);
    expect(updates).toHaveLength(1);
  });

  it('stays unclaimed where it is placed too late for its answer to be heard', async () => {
    const rig = await startRobotRig({ tellsHere: true });
    const callId = await begun(rig, 900);
    const { claimBy } = await rig.seen(callId, ({ version }) => version > 1);
    expect(claimBy).toBeDefined();
    await ended(rig, callId);
    const { results } = await historyOf(rig, callId);
    expect(results[0]).toMatchObject({ type: 'placed' });
    expect(results[0]).not.toHaveProperty('claimed');
  });

  it('is told of by the call alone where its repeat asks', async () => {
    const rig = await startRobotRig({ tellsHere: true });
    const callId = await begun(rig, 900);
    await rig.seen(callId, ({ version }) => version > 1);
    expect(await rig.engine.placed(callId, 4_000)).toMatchObject({ state: { placing: told } });
    const { claimBy } = (await rig.engine.state(callId)) ?? {};
    expect(claimBy).toBeUndefined();
    await ended(rig, callId);
  });
});
