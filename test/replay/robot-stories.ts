import { callWorkflowId } from '../../src/contract/ids.js';
import { aStart, type CallOptions } from '../support/calls.js';
import { accepted, aRecord } from '../support/provider-in-memory.js';
import { aRobotCall, byRobot, stateOf } from '../support/robot-calls.js';
import type { Stage, Story, Told, ToldRun } from './stage.js';
import { terminated } from './terminated.js';

const MANY_SIGNALS = 100;

async function begun({ engine }: Stage, more: CallOptions = {}): Promise<Told> {
  const call = aStart(aRobotCall(more));
  const outcome = await engine.start(call);
  if (outcome !== 'started') throw new Error(`start: ${outcome}`);
  return { callId: call.state.callId };
}

export async function placed(stage: Stage, more?: CallOptions): Promise<Told> {
  const told = await begun(stage, more);
  const { providerCallId } = stateOf(await stage.engine.placed(told.callId, 4_000));
  if (providerCallId === undefined) throw new Error('it was not placed');
  return told;
}

/** Jack talks; the record will say since when. */
export async function answered({ engine, provider }: Stage, { callId }: Told): Promise<void> {
  provider.parties = [{ userId: 'jack', state: 'present' }];
  for (let looks = 0; (await engine.state(callId))?.status !== 'accepted'; looks += 1) {
    if (looks === 1_000) throw new Error('nobody answered');
  }
  provider.record_ = aRecord({ acceptedAt: Date.now() });
}

const unknown = { kind: 'unknown', throttled: false, evidence: { fault: 'timeout' } } as const;

async function continueAsNew(stage: Stage): Promise<ToldRun> {
  const { callId } = await placed(stage);
  const handle = stage.client.workflow.getHandle(callWorkflowId(callId));
  const { runId } = await handle.describe();
  for (let sent = 0; (await handle.describe()).runId === runId; sent += 1) {
    if (sent === MANY_SIGNALS) throw new Error('the call never continued as new');
    await handle.signal('accept', { user_id: 'jack', terminal_id: 'phone' });
    // One after the other: a run cannot end while signals keep coming.
    await handle.query('timeline');
  }
  await answered(stage, { callId });
  stage.provider.parties = 'gone';
  return { callId, runId };
}

export const ROBOT_STORIES: Readonly<Record<string, Story>> = {
  async 'a robot’s, answered and ended by its record'(stage) {
    const told = await placed(stage);
    await answered(stage, told);
    stage.provider.parties = 'gone';
    return told;
  },
  'a robot’s, refused': (stage) => {
    const evidence = { code: 101002, info: 'Timeout is out of range' };
    stage.provider.onPlace = async () => ({ kind: 'refused', reason: 'request', evidence });
    return begun(stage);
  },
  async 'a robot’s, cancelled while it rings'(stage) {
    const told = await placed(stage);
    stage.provider.record_ = aRecord({ cause: 'cancelled', result: 'Cancel' });
    await stage.engine.command(told.callId, 'hangup', byRobot);
    return told;
  },
  async 'a robot’s, cancelled before its id is known'(stage) {
    let place = () => {};
    stage.provider.onPlace = () =>
      new Promise((resolve) => {
        place = () => resolve(accepted('jack'));
      });
    const told = await begun(stage);
    stage.provider.record_ = aRecord({ cause: 'cancelled', result: 'Cancel' });
    await stage.engine.command(told.callId, 'hangup', byRobot);
    place();
    return told;
  },
  async 'a robot’s, placed in doubt and found'(stage) {
    stage.provider.onPlace = async () => unknown;
    const told = await begun(stage);
    await stage.engine.placed(told.callId, 4_000);
    stage.provider.find = { kind: 'found', record: aRecord({ acceptedAt: Date.now() }) };
    return told;
  },
  'a robot’s, placed in doubt and never found': (stage) => {
    stage.provider.onPlace = async () => unknown;
    // It is looked for until half a minute after its ring.
    return begun(stage, { ringTimeoutMs: -29_000 });
  },
  'a robot’s, claimed by nobody': async (stage) => {
    stage.provider.record_ = aRecord({ cause: 'cancelled', result: 'Cancel' });
    return begun(stage, { claimWithinMs: 1_000 });
  },
  async 'a robot’s, terminated, and what was left of it'(stage) {
    return terminated(stage, await placed(stage));
  },
  'a robot’s, continued as new, first run': continueAsNew,
  async 'a robot’s, continued as new, last run'(stage) {
    const { callId } = await continueAsNew(stage);
    return { callId };
  },
};
