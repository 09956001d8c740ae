import type { ProviderReport } from '../../src/call/events.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { aStart, type CallOptions } from '../support/calls.js';
import { aPhoneCall, byApp, pushed } from '../support/phone-calls.js';
import { stateOf } from '../support/robot-calls.js';
import { PHONE_CALL_ID } from '../support/telephony-in-memory.js';
import type { Stage, Story, Told, ToldRun } from './stage.js';
import { terminated } from './terminated.js';

const MANY_SIGNALS = 100;
/** It is dialled before its ring runs out, and the provider is left some time to say so first. */
const SHORT_RING = { ringTimeoutMs: 1_000 };

async function begun({ engine }: Stage, more: CallOptions = {}): Promise<Told> {
  const call = aStart(aPhoneCall(more));
  const outcome = await engine.start(call);
  if (outcome !== 'started') throw new Error(`start: ${outcome}`);
  return { callId: call.state.callId };
}

async function placed(stage: Stage, more?: CallOptions): Promise<Told> {
  const told = await begun(stage, more);
  const { providerCallId } = stateOf(await stage.engine.placed(told.callId, 4_000));
  if (providerCallId === undefined) throw new Error('it was not placed');
  return told;
}

async function push(
  { engine }: Stage,
  { callId }: Told,
  ...reports: readonly ProviderReport[]
): Promise<void> {
  const outcome = await engine.hear(callId, pushed(...reports));
  if (outcome !== 'delivered') throw new Error(`push: ${outcome}`);
}

/** Looks until it is so. */
async function until(what: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await what()); looks += 1) {
    if (looks === 1_000) throw new Error('it never came');
  }
}

const hungUp = { type: 'over', cause: 'hangup', by: 'callee' } as const;
const unknown = { kind: 'unknown', evidence: { fault: 'timeout' } } as const;

async function talkedIn(stage: Stage, more?: CallOptions): Promise<Told> {
  const told = await placed(stage, more);
  await push(stage, told, { type: 'bridged' });
  return told;
}

async function continueAsNew(stage: Stage): Promise<ToldRun> {
  const told = await talkedIn(stage);
  const handle = stage.client.workflow.getHandle(callWorkflowId(told.callId));
  const { runId } = await handle.describe();
  for (let sent = 0; (await handle.describe()).runId === runId; sent += 1) {
    if (sent === MANY_SIGNALS) throw new Error('the call never continued as new');
    await handle.signal('accept', byApp);
    // One after the other: a run cannot end while signals keep coming.
    await handle.query('timeline');
  }
  await push(stage, told, hungUp);
  return { ...told, runId };
}

/** Two-way callbacks. */
export const PHONE_STORIES: Readonly<Record<string, Story>> = {
  async 'by phone, talked in and hung up'(stage) {
    const told = await talkedIn(stage);
    await push(stage, told, hungUp, { type: 'enriched', durationMs: 9_000 });
    return told;
  },
  'by phone, refused': (stage) => {
    const evidence = { code: '111702' };
    stage.telephony.onPlace = { kind: 'refused', reason: 'numbers', evidence };
    return begun(stage);
  },
  async 'by phone, cancelled while it rings'(stage) {
    const told = await placed(stage);
    await stage.engine.command(told.callId, 'cancel', byApp);
    return told;
  },
  async 'by phone, cancelled before its id is known'(stage) {
    let place = () => {};
    stage.telephony.onPlace = new Promise((resolve) => {
      place = () => resolve({ kind: 'accepted', providerCallId: PHONE_CALL_ID });
    });
    const told = await begun(stage);
    await stage.engine.command(told.callId, 'cancel', byApp);
    place();
    return told;
  },
  async 'by phone, cancelled too late'(stage) {
    stage.telephony.onCancel = { kind: 'declined', evidence: { code: '111703' } };
    const told = await placed(stage);
    await stage.engine.command(told.callId, 'cancel', byApp);
    await until(async () => (await stage.engine.state(told.callId))?.ending === undefined);
    await push(stage, told, { type: 'bridged' });
    await push(stage, told, hungUp);
    return told;
  },
  async 'by phone, hung up by us'(stage) {
    const told = await talkedIn(stage);
    await stage.engine.command(told.callId, 'hangup', byApp);
    return told;
  },
  'by phone, rung in vain': (stage) => placed(stage, SHORT_RING),
  async 'by phone, placed in doubt and heard of'(stage) {
    stage.telephony.onPlace = unknown;
    const told = await begun(stage);
    await stage.engine.placed(told.callId, 4_000);
    await push(stage, told, { type: 'bridged' });
    await push(stage, told, hungUp);
    return told;
  },
  'by phone, placed in doubt and never heard of': (stage) => {
    stage.telephony.onPlace = unknown;
    return begun(stage, SHORT_RING);
  },
  async 'by phone, followed by questions'(stage) {
    const told = await placed(stage, { phone: { polls: true } });
    for (const phase of ['callee_ringing', 'bridged'] as const) {
      stage.telephony.onQuery = { kind: 'live', stage: phase };
      await until(async () => {
        const { stage: seen, acceptedAt } = (await stage.engine.state(told.callId)) ?? {};
        return phase === 'bridged' ? acceptedAt !== undefined : seen === phase;
      });
    }
    await push(stage, told, hungUp);
    return told;
  },
  async 'by phone, terminated, and what was left of it'(stage) {
    return terminated(stage, await placed(stage));
  },
  'by phone, continued as new, first run': continueAsNew,
  async 'by phone, continued as new, last run'(stage) {
    const { callId } = await continueAsNew(stage);
    return { callId };
  },
};
