import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { createCallMailbox } from '../../src/engine/call-mailbox.js';
import type { RobotCallParty } from '../../src/ports/robot-calls.js';
import { aRecord, PROVIDER_CALL_ID, type ProviderInMemory } from '../support/provider-in-memory.js';
import { aRobotCall, byRobot } from '../support/robot-calls.js';
import { startRobotRig } from '../support/robot-rig.js';

const listed = (states: Record<string, RobotCallParty['state']>): RobotCallParty[] => [
  { userId: 'robot', state: 'present' },
  ...Object.entries(states).map(([userId, state]) => ({ userId, state })),
];

/** Whatever the provider says of the end, it has to be asked for first. */
const endsWith = (provider: ProviderInMemory) => {
  provider.record_ = aRecord({ cause: 'cancelled', result: 'Cancel' });
};

describe('an operator who looks at a robot call', () => {
  it('sees who is in it, the provider’s ids, what the provider was asked and what it said', async () => {
    const { client, engine, start, result, provider, seen } = await startRobotRig();
    const call = await start(aRobotCall());
    const { callId } = call.state;
    await engine.placed(callId, 4_000);
    provider.parties = listed({ jack: 'present' });
    await seen(callId, ({ status }) => status === 'accepted');
    const handle = client.workflow.getHandle(callWorkflowId(callId));
    const details = JSON.stringify(await handle.query('__temporal_workflow_metadata'));
    for (const line of [
      '**accepted**, version 3',
      '| robot | caller | present |  |',
      '| jack | callee | present |  |',
      `provider: placed, id \`${PROVIDER_CALL_ID}\`, room \`room-1\``,
      `provider: placed providerCallId=${PROVIDER_CALL_ID}`,
      'provider: party userId=jack fact=answered',
    ]) {
      expect(details).toContain(line);
    }
    const { events } = await handle.fetchHistory();
    const asked = events?.find(
      ({ activityTaskScheduledEventAttributes: is }) => is?.activityType?.name === 'placeRobotCall',
    );
    const { input } = asked?.activityTaskScheduledEventAttributes ?? {};
    expect(defaultPayloadConverter.fromPayload(input?.payloads?.[0] as Payload)).toEqual(
      call.robot,
    );
    const { searchAttributes } = await handle.describe();
    expect(searchAttributes).toMatchObject({
      CallChannel: ['robot'],
      CallerId: ['robot'],
      CalleeIds: ['jack'],
      ProviderCallId: [PROVIDER_CALL_ID],
    });
    provider.record_ = aRecord({ acceptedAt: Date.now() });
    provider.parties = 'gone';
    await result(callId);
  });

  it('ends it as its robot would', async () => {
    const { client, engine, start, result, provider } = await startRobotRig();
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    endsWith(provider);
    await client.workflow.getHandle(callWorkflowId(callId)).signal('hangup', byRobot);
    expect(await result(callId)).toMatchObject({ status: 'cancelled', cause: 'cancelled' });
    expect(provider.asked).toEqual(['place', 'end']);
  });

  it('ends it in his own name by a signal', async () => {
    const { client, engine, start, result, provider, written } = await startRobotRig();
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    endsWith(provider);
    const end = { by: 'operator', cause: 'ops_ended', reason: 'a drill' };
    await client.workflow.getHandle(callWorkflowId(callId)).signal('end', end);
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'ops_ended' });
    expect(written.at(-1)?.state).toMatchObject({ reason: 'a drill', endedBy: 'operator' });
    expect(provider.asked).toEqual(['place', 'end']);
  });

  it('ends it by Temporal’s own cancel, at the provider as well', async () => {
    const { client, engine, start, result, provider } = await startRobotRig();
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    endsWith(provider);
    await client.workflow.getHandle(callWorkflowId(callId)).cancel();
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'ops_ended' });
    expect(provider.asked).toEqual(['place', 'end']);
  });

  it('cannot answer for its callees', async () => {
    const { client, engine, start, result, provider } = await startRobotRig();
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    const handle = client.workflow.getHandle(callWorkflowId(callId));
    for (const name of ['accept', 'reject', 'hangup']) {
      await handle.signal(name, { user_id: 'jack', terminal_id: 'phone' });
    }
    const state = await engine.state(callId);
    expect(state).toMatchObject({ status: 'calling', version: 2 });
    expect(state?.ending).toBeUndefined();
    const timeline = await handle.query<readonly { what: string }[]>('timeline');
    const dropped = timeline.map(({ what }) => what).filter((what) => what.includes('dropped'));
    expect(dropped).toEqual([
      'signal accept dropped: refused 41008',
      'signal reject dropped: refused 41008',
      'signal hangup dropped: refused 41008',
    ]);
    endsWith(provider);
    provider.parties = 'gone';
    await result(callId);
  });
});

describe('a group that a robot calls', () => {
  const callees = ['ann', 'bob', 'cleo'];

  it('is accepted by the first answer, and each callee has a state of its own', async () => {
    const { engine, start, result, provider, seen, written } = await startRobotRig();
    provider.parties = listed({ ann: 'ringing', bob: 'ringing', cleo: 'ringing' });
    const { callId } = (await start(aRobotCall({ calleeIds: callees }))).state;
    await engine.placed(callId, 4_000);
    const states = async (wanted: string) => {
      const state = await seen(callId, ({ parties }) =>
        parties.some((party) => `${party.userId} ${party.state}` === wanted),
      );
      const of = Object.fromEntries(state.parties.map((party) => [party.userId, party.state]));
      return { status: state.status, ...of };
    };
    provider.parties = listed({ ann: 'ringing', bob: 'present', cleo: 'ringing' });
    const some = { robot: 'present', ann: 'ringing', cleo: 'ringing', bob: 'present' };
    expect(await states('bob present')).toEqual({ status: 'accepted', ...some });
    provider.parties = listed({ bob: 'present', cleo: 'ringing' });
    const fewer = { ...some, ann: 'rejected' };
    expect(await states('ann rejected')).toEqual({ status: 'accepted', ...fewer });
    provider.parties = listed({ bob: 'present', cleo: 'present', dora: 'ringing' });
    await states('cleo present');
    const all = { ...fewer, cleo: 'present', dora: 'ringing' };
    expect(await states('dora ringing')).toEqual({ status: 'accepted', ...all });
    provider.record_ = aRecord({ callees, acceptedAt: Date.now() });
    provider.parties = 'gone';
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
    const last = written.at(-1)?.state;
    const ends = last?.parties.map((party) => [party.userId, party.state]);
    expect(Object.fromEntries(ends ?? [])).toEqual({
      ...{ robot: 'left', ann: 'rejected', bob: 'left' },
      ...{ cleo: 'left', dora: 'missed' },
    });
    expect(last?.parties.find(({ userId }) => userId === 'dora')?.addedBy).toBe('provider');
  });

  it('ends at the provider when everybody is out and it goes on there', async () => {
    const { engine, start, result, provider, seen } = await startRobotRig();
    provider.parties = listed({ ann: 'ringing', bob: 'present' });
    const { callId } = (await start(aRobotCall({ calleeIds: ['ann', 'bob'] }))).state;
    await engine.placed(callId, 4_000);
    await seen(callId, ({ status }) => status === 'accepted');
    provider.record_ = aRecord({ acceptedAt: Date.now() });
    provider.parties = listed({});
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
    expect(provider.asked).toEqual(['place', 'end']);
  });
});

describe('a record that never comes', () => {
  it('is waited for half a minute, then the call was lost by its provider', async () => {
    const waits: number[] = [];
    const { engine, start, result, provider } = await startRobotRig({
      instead: ({ closeRobotCall }) => ({
        closeRobotCall(call) {
          waits.push(call.recordWithinMs);
          return closeRobotCall({ ...call, recordWithinMs: 200 });
        },
      }),
    });
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    provider.parties = 'gone';
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'provider_lost' });
    expect(waits).toEqual([30_000]);
    expect(provider.asked).toEqual(['place', 'end']);
  });

  it('leaves the word to what the provider said while it was asked to end the call', async () => {
    const { client, engine, start, result, provider, seen } = await startRobotRig({
      instead: ({ closeRobotCall }) => ({
        closeRobotCall: (call) => closeRobotCall({ ...call, recordWithinMs: 200 }),
      }),
    });
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    const { onEnd } = provider;
    provider.onEnd = async () => ({ kind: 'unknown', throttled: false, evidence: {} });
    await engine.command(callId, 'hangup', byRobot);
    await expect.poll(() => provider.asked).toContain('end');
    const mailbox = createCallMailbox(client, { ok: () => true, stop: () => undefined });
    const at = Date.now();
    const ended = { cause: 'hangup', acceptedAt: at, at } as const;
    await mailbox.report(callId, { type: 'hint', at, parties: [], ended });
    await seen(callId, ({ heard }) => heard?.ended !== undefined);
    provider.onEnd = onEnd;
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
    expect(await engine.state(callId)).toMatchObject({ acceptedAt: at });
  });

  it('does not take away the cause of whoever ended the call', async () => {
    const { engine, start, result } = await startRobotRig({
      instead: ({ closeRobotCall }) => ({
        closeRobotCall: (call) => closeRobotCall({ ...call, recordWithinMs: 200 }),
      }),
    });
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    await engine.command(callId, 'hangup', byRobot);
    expect(await result(callId)).toMatchObject({ status: 'cancelled', cause: 'cancelled' });
  });
});
