import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { aRecord, PROVIDER_CALL_ID } from '../support/provider-in-memory.js';
import { aRobotCall, byRobot } from '../support/robot-calls.js';
import { type RobotRig, startRobotRig } from '../support/robot-rig.js';
import { SHORT_RUNS, type TestServer, temporalServer } from '../support/temporal-server.js';

const MANY_SIGNALS = 100;

let server: TestServer;
beforeAll(async () => {
  server = await temporalServer({ dynamicConfig: SHORT_RUNS });
});
afterAll(() => server.stop());

/** Signals that change nothing, until the call goes on in another run. */
async function continued({ client }: RobotRig, callId: number): Promise<void> {
  const handle = client.workflow.getHandle(callWorkflowId(callId));
  const { runId } = await handle.describe();
  for (let sent = 0; (await handle.describe()).runId === runId; sent += 1) {
    if (sent === MANY_SIGNALS) throw new Error('it never continued as new');
    await handle.signal('accept', { user_id: 'jack', terminal_id: 'phone' });
    // One after the other: a run cannot end while signals keep coming.
    await handle.query('timeline');
  }
}

describe('a robot call with a long history', () => {
  it('is followed on in its next run, and not placed again', async () => {
    const rig = await startRobotRig({ address: server.address });
    const { engine, provider, seen, start, result } = rig;
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    await continued(rig, callId);
    expect(await engine.state(callId)).toMatchObject({ providerCallId: PROVIDER_CALL_ID });
    provider.parties = [{ userId: 'jack', state: 'present' }];
    const { acceptedAt } = await seen(callId, ({ status }) => status === 'accepted');
    await continued(rig, callId);
    provider.record_ = aRecord({ ...(acceptedAt !== undefined && { acceptedAt }) });
    provider.parties = 'gone';
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
    expect(provider.asked).toEqual(['place', 'end']);
  });

  it('is searched for on in its next run while nobody knows whether it was placed', async () => {
    const rig = await startRobotRig({ address: server.address });
    const { engine, provider, start, result } = rig;
    provider.onPlace = async () => ({ kind: 'unknown', throttled: false, evidence: {} });
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    await continued(rig, callId);
    provider.find = { kind: 'found', record: aRecord({ cause: 'rejected' }) };
    expect(await result(callId)).toMatchObject({ status: 'rejected' });
    expect(provider.asked).toEqual(['place']);
  });

  it('leaves no answer of its provider behind: it goes on when none is awaited', async () => {
    const rig = await startRobotRig({ address: server.address });
    const { client, engine, provider, start, result } = rig;
    const { callId } = (await start(aRobotCall())).state;
    await engine.placed(callId, 4_000);
    let end = () => {};
    provider.onEnd = () =>
      new Promise((resolve) => {
        end = () => resolve({ kind: 'ended', evidence: {} });
      });
    await engine.command(callId, 'hangup', byRobot);
    await expect.poll(() => provider.asked).toEqual(['place', 'end']);
    const handle = client.workflow.getHandle(callWorkflowId(callId));
    const { runId } = await handle.describe();
    for (let sent = 0; sent < 40; sent += 1) {
      await handle.signal('accept', { user_id: 'jack', terminal_id: 'phone' });
    }
    // Answered by a worker that has seen all of them.
    await handle.query('timeline');
    expect((await handle.describe()).runId).toBe(runId);
    provider.record_ = aRecord({ cause: 'cancelled' });
    end();
    expect(await result(callId)).toMatchObject({ status: 'cancelled' });
    expect(provider.asked).toEqual(['place', 'end']);
  });
});
