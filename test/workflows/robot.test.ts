import { describe, expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import type { CallResult } from '../../workflows/call/messages.js';
import { accepted, aRecord, PROVIDER_CALL_ID } from '../support/provider-in-memory.js';
import { aRobotCall, byRobot, stateOf } from '../support/robot-calls.js';
import { startRobotRig } from '../support/robot-rig.js';

const gone = { kind: 'refused', reason: 'request', evidence: { code: 101002, info: 'Timeout' } };

describe('a robot call', () => {
  it('is placed once, followed, and ended by the record of its provider', async () => {
    const { engine, start, result, provider, seen, written } = await startRobotRig();
    const { callId } = (await start(aRobotCall())).state;
    expect(stateOf(await engine.placed(callId, 4_000))).toMatchObject({
      status: 'calling',
      providerCallId: PROVIDER_CALL_ID,
      placing: { kind: 'placed', results: [{ userId: 'jack', code: 0 }] },
    });
    provider.parties = [
      { userId: 'robot', state: 'present' },
      { userId: 'jack', state: 'present' },
    ];
    const talking = await seen(callId, ({ status }) => status === 'accepted');
    provider.record_ = aRecord({ acceptedAt: talking.acceptedAt ?? 0 });
    provider.parties = 'gone';
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
    expect(provider.asked).toEqual(['place', 'end']);
    const told = written.flatMap(({ events }) => events.map(({ type }) => type));
    expect(told).toEqual([
      'call.incoming',
      'call.updated',
      'call.ringing_stopped',
      'call.accepted',
      'call.ended',
    ]);
  });

  it('that is refused rings nobody and says why', async () => {
    const { engine, start, result, provider } = await startRobotRig();
    provider.onPlace = async () => gone as never;
    const { callId } = (await start(aRobotCall())).state;
    const outcome = await engine.placed(callId, 4_000);
    if (outcome.kind === 'done') {
      expect(outcome.state.placing).toEqual({ kind: 'refused', code: 101002, info: 'Timeout' });
    } else expect(outcome).toEqual({ kind: 'gone' });
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'provider_failed' });
  });

  it('that its owner ends while it rings was cancelled, once the provider has ended it', async () => {
    const { engine, start, result, provider } = await startRobotRig();
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    const wished = stateOf(await engine.command(callId, 'hangup', byRobot));
    expect(wished).toMatchObject({ status: 'calling', ending: { cause: 'cancelled' } });
    provider.record_ = aRecord({ cause: 'cancelled' });
    const { status, cause } = (await result(callId)) as CallResult;
    expect([status, cause]).toEqual(['cancelled', 'cancelled']);
    expect(provider.asked).toEqual(['place', 'end']);
  });

  it('that was answered while it was being ended was hung up, by the record', async () => {
    const { engine, start, result, provider } = await startRobotRig();
    const { callId, createdAt } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    await engine.command(callId, 'hangup', byRobot);
    provider.record_ = aRecord({ acceptedAt: createdAt + 1 });
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
  });

  it('is ended again and again until the provider says that it is', async () => {
    const { engine, start, result, provider } = await startRobotRig();
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    const ends = provider.onEnd;
    let tries = 0;
    provider.onEnd = async () => {
      tries += 1;
      return tries < 3 ? { kind: 'unknown', throttled: false, evidence: {} } : ends();
    };
    await engine.command(callId, 'hangup', byRobot);
    provider.record_ = aRecord({ cause: 'cancelled' });
    expect(await result(callId)).toMatchObject({ status: 'cancelled' });
    expect(tries).toBe(3);
  });

  it('ends what is wished away before its id is known as soon as it is', async () => {
    const { client, engine, start, result, provider } = await startRobotRig();
    let place = () => {};
    provider.onPlace = () =>
      new Promise((resolve) => {
        place = () => resolve(accepted('jack'));
      });
    const { callId } = (await start(aRobotCall())).state;
    await engine.command(callId, 'hangup', byRobot);
    provider.record_ = aRecord({ cause: 'cancelled' });
    const { events } = await client.workflow.getHandle(callWorkflowId(callId)).fetchHistory();
    const begun = events?.flatMap(
      ({ activityTaskScheduledEventAttributes: is }) => is?.activityType?.name ?? [],
    );
    expect(begun).toEqual(['placeRobotCall']);
    place();
    expect(await result(callId)).toMatchObject({ status: 'cancelled' });
    expect(provider.asked).toEqual(['place', 'end']);
  });
});

describe('a robot call whose placing was not answered', () => {
  const unknown = { kind: 'unknown', throttled: false, evidence: { fault: 'timeout' } } as const;

  it('is adopted from the one record that can be it, and never placed again', async () => {
    const { engine, start, result, provider } = await startRobotRig();
    provider.onPlace = async () => unknown;
    const { callId } = (await start(aRobotCall())).state;
    expect(stateOf(await engine.placed(callId, 4_000)).placing).toMatchObject({ kind: 'unknown' });
    provider.find = { kind: 'found', record: aRecord({ acceptedAt: Date.now() }) };
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
    expect(provider.asked).toEqual(['place']);
  });

  it('ends as unknown when it never shows', async () => {
    const { start, result, provider } = await startRobotRig();
    provider.onPlace = async () => unknown;
    // Ten of the thirty seconds for which it is looked for are left.
    const { callId } = (await start(aRobotCall({ ringTimeoutMs: -20_000 }))).state;
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'dial_unknown' });
    expect(provider.asked).toEqual(['place']);
    expect(provider.searches).toBeGreaterThan(0);
  });

  it('is ended as soon as it is found, when nobody came back for it until then', async () => {
    const { start, result, seen, provider } = await startRobotRig();
    provider.onPlace = async () => unknown;
    const { callId } = (await start(aRobotCall({ claimWithinMs: 500 }))).state;
    await seen(callId, ({ ending }) => ending?.cause === 'dial_unknown');
    provider.record_ = aRecord({ cause: 'cancelled' });
    provider.find = { kind: 'found', record: aRecord() };
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'dial_unknown' });
  });

  it('is kept for whoever was told to ask again', async () => {
    const { engine, start, seen, result, provider } = await startRobotRig();
    provider.onPlace = async () => unknown;
    const { callId } = (await start(aRobotCall({ claimWithinMs: 2_000 }))).state;
    expect(stateOf(await engine.placed(callId, 1_500)).placing).toMatchObject({ kind: 'unknown' });
    const { claimBy = 0, createdAt } = await seen(callId, ({ claimBy }) => claimBy !== undefined);
    expect(claimBy).toBeGreaterThan(createdAt + 60_000);
    await expect.poll(() => Date.now()).toBeGreaterThan(createdAt + 3_000);
    provider.find = { kind: 'found', record: aRecord({ acceptedAt: Date.now() }) };
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
  });

  it('is ended when nobody came back for it', async () => {
    const { start, result, provider } = await startRobotRig();
    const { callId } = (await start(aRobotCall({ claimWithinMs: 1_000 }))).state;
    provider.record_ = aRecord({ cause: 'cancelled' });
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'dial_unknown' });
    expect(provider.asked).toEqual(['place', 'end']);
  });
});
