import { callWorkflowId } from '../../src/contract/ids.js';
import type { StartCall } from '../../src/ports/call-engine.js';
import {
  aStart,
  byCallee,
  byCaller,
  byTablet,
  CALLEE,
  CALLEE_PHONE,
  type CallOptions,
} from '../support/calls.js';
import { PHONE_STORIES } from './phone-stories.js';
import { ROBOT_STORIES } from './robot-stories.js';
import type { Stage, Story, Told, ToldRun } from './stage.js';
import { TOLD_STORIES } from './told-stories.js';
import { WEBHOOK_STORIES } from './webhook-stories.js';

const THIRD = '30003';

async function begin({ engine }: Stage, options?: CallOptions): Promise<StartCall> {
  const call = aStart(options);
  const outcome = await engine.start(call);
  if (outcome !== 'started') throw new Error(`start: ${outcome}`);
  return call;
}

async function begun(stage: Stage, options?: CallOptions): Promise<Told> {
  const { callId } = (await begin(stage, options)).state;
  return { callId };
}

const joined = { stage: 'joined', network_quality: 'good' };

async function answer({ engine }: Stage, callId: number): Promise<void> {
  await engine.command(callId, 'accept', byCallee);
  await engine.command(callId, 'media-state', { ...byCallee, ...joined });
  await engine.command(callId, 'media-state', { ...byCaller, ...joined });
}

async function hangUp({ engine }: Stage, callId: number): Promise<void> {
  await engine.command(callId, 'hangup', { ...byCaller, reason: 'done' });
}

/** More changes than one run may hold, by a terminal that keeps being exchanged. */
async function continueAsNew(stage: Stage): Promise<ToldRun> {
  const { callId } = await begun(stage);
  const handle = stage.client.workflow.getHandle(callWorkflowId(callId));
  const { runId } = await handle.describe();
  await answer(stage, callId);
  for (let nth = 0; (await handle.describe()).runId === runId; nth += 1) {
    if (nth === 100) throw new Error('the call never continued as new');
    const by = nth % 2 === 0 ? byTablet : byCallee;
    await stage.engine.command(callId, 'rtc-token', { ...by, takeover: true });
  }
  await hangUp(stage, callId);
  return { callId, runId };
}

/** Every path a call can take so far, each recorded in a history of the same name. */
export const STORIES: Readonly<Record<string, Story>> = {
  async 'answered and hung up'(stage) {
    const told = await begun(stage);
    await answer(stage, told.callId);
    await hangUp(stage, told.callId);
    return told;
  },
  async rejected(stage) {
    const told = await begun(stage);
    await stage.engine.command(told.callId, 'reject', { ...byCallee, reason: 'busy' });
    return told;
  },
  async cancelled(stage) {
    const told = await begun(stage);
    await stage.engine.command(told.callId, 'media-state', { ...byCallee, stage: 'ringing' });
    await stage.engine.command(told.callId, 'cancel', byCaller);
    return told;
  },
  unanswered: (stage) => begun(stage, { ringTimeoutMs: 500 }),
  async 'two accepts at once'(stage) {
    const told = await begun(stage);
    await Promise.all([
      stage.engine.command(told.callId, 'accept', byCallee),
      stage.engine.command(told.callId, 'accept', byTablet),
    ]);
    await hangUp(stage, told.callId);
    return told;
  },
  async 'taken over by another terminal'(stage) {
    const told = await begun(stage);
    await answer(stage, told.callId);
    await stage.engine.command(told.callId, 'rtc-token', { ...byTablet, takeover: true });
    await hangUp(stage, told.callId);
    return told;
  },
  async superseded(stage) {
    const former = await begun(stage);
    const next = await begun(stage, { supersedes: former.callId });
    await stage.engine.command(next.callId, 'cancel', byCaller);
    return former;
  },
  async supersedes(stage) {
    const former = await begun(stage);
    const next = await begun(stage, { supersedes: former.callId });
    await stage.client.workflow.getHandle(callWorkflowId(former.callId)).result();
    await stage.engine.command(next.callId, 'cancel', byCaller);
    return next;
  },
  async 'ended by an operator'(stage) {
    const told = await begun(stage);
    await answer(stage, told.callId);
    await stage.client.workflow.getHandle(callWorkflowId(told.callId)).cancel();
    return told;
  },
  async 'driven by signals'(stage) {
    const told = await begun(stage);
    const handle = stage.client.workflow.getHandle(callWorkflowId(told.callId));
    await handle.signal('accept', { user_id: CALLEE });
    await handle.signal('no-such-signal', 5);
    await handle.signal('accept', { user_id: CALLEE, terminal_id: CALLEE_PHONE });
    await handle.signal('hangup', byCallee);
    return told;
  },
  'started too late': (stage) => begun(stage, { startBy: Date.now() - 60_000 }),
  async 'everybody left'(stage) {
    const limits = { maxDurationMs: 60_000, allLeftGraceMs: 500 };
    const told = await begun(stage, { limits });
    await answer(stage, told.callId);
    await stage.engine.command(told.callId, 'media-state', { ...byCallee, stage: 'left' });
    await stage.engine.command(told.callId, 'media-state', { ...byCaller, stage: 'left' });
    return told;
  },
  'too long': async (stage) => {
    const limits = { maxDurationMs: 500, allLeftGraceMs: 500 };
    const told = await begun(stage, { limits });
    await answer(stage, told.callId);
    return told;
  },
  async 'a group'(stage) {
    const told = await begun(stage, { bizType: 'group', calleeIds: [CALLEE, THIRD] });
    const byThird = { user_id: THIRD, terminal_id: 'third-phone' };
    await stage.engine.command(told.callId, 'reject', byThird);
    await answer(stage, told.callId);
    await hangUp(stage, told.callId);
    return told;
  },
  async 'store away'(stage) {
    stage.store.isAway = true;
    const told = await begun(stage);
    await answer(stage, told.callId);
    await hangUp(stage, told.callId);
    stage.store.isAway = false;
    return told;
  },
  'continued as new, first run': continueAsNew,
  async 'continued as new, last run'(stage) {
    const { callId } = await continueAsNew(stage);
    return { callId };
  },
  ...ROBOT_STORIES,
  ...PHONE_STORIES,
  ...TOLD_STORIES,
  ...WEBHOOK_STORIES,
};

export const fileOf = (story: string): string => `${story.replaceAll(/\W+/g, '-')}.json`;
