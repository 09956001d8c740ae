import { describe, expect, it } from 'vitest';
import { callWorkflowId, releaseWorkflowId } from '../../src/contract/ids.js';
import { aRobotCall } from '../support/robot-calls.js';
import { startRobotRig } from '../support/robot-rig.js';

const unknown = { kind: 'unknown', throttled: false, evidence: { fault: 'timeout' } } as const;

describe('what is left of a robot call whose workflow was terminated', () => {
  it('is ended at its provider, however often that takes, and asked for once', async () => {
    const { client, engine, start, seen, provider } = await startRobotRig();
    const { callId } = (await start(aRobotCall())).state;
    const state = await seen(callId, ({ providerCallId }) => providerCallId !== undefined);
    await client.workflow.getHandle(callWorkflowId(callId)).terminate('by hand');
    const ends = provider.onEnd;
    let tries = 0;
    provider.onEnd = async () => {
      tries += 1;
      return tries < 3 ? unknown : ends();
    };
    expect(await engine.release(state)).toBe('started');
    expect(await engine.release(state)).toBe('already-started');
    await client.workflow.getHandle(releaseWorkflowId(callId)).result();
    expect(provider.parties).toBe('gone');
    expect(provider.asked).toEqual(['place', 'end', 'end', 'end']);
    expect(await engine.release(state)).toBe('already-started');
  });

  it('is seen in the call as it was last, although it is closed', async () => {
    const { client, engine, start, seen } = await startRobotRig();
    const { callId } = (await start(aRobotCall())).state;
    const state = await seen(callId, ({ providerCallId }) => providerCallId !== undefined);
    await client.workflow.getHandle(callWorkflowId(callId)).terminate('by hand');
    expect(await engine.presence(callId, 2_500)).toBe('closed');
    expect(await engine.state(callId, 10_000)).toMatchObject({
      version: state.version,
      providerCallId: state.providerCallId,
    });
  });
});
