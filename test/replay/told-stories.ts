import type { ProviderReport } from '../../src/call/events.js';
import { callbacksWorkflowId } from '../../src/contract/ids.js';
import { createCallMailbox } from '../../src/engine/call-mailbox.js';
import { createCallbackInbox } from '../../src/engine/callback-inbox.js';
import { aStart, byCallee, CALLEE, CALLER } from '../support/calls.js';
import { PROVIDER_CALL_ID } from '../support/provider-in-memory.js';
import { aPlan } from '../support/robot-backend.js';
import { answered, placed } from './robot-stories.js';
import type { Stage, Story } from './stage.js';

const healthy = { ok: () => true, stop: () => undefined };
const room = {
  appId: '1400000000',
  name: 'room-1',
  kind: 'text',
  isOurs: true,
  clears: true,
} as const;

/** Looks until it is so. */
async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let looks = 0; !(await what()); looks += 1) {
    if (looks === 1_000) throw new Error('it never came');
  }
}

async function reported({ client }: Stage, callId: number, report: ProviderReport): Promise<void> {
  await createCallMailbox(client, healthy).report(callId, report);
}

/** Calls that providers speak of unasked, and the media of calls. */
export const TOLD_STORIES: Readonly<Record<string, Story>> = {
  async 'a robot’s, with a stream'(stage) {
    const stream = { url: 'https://media.test/hello.mp3', userId: 'robot' };
    const robot = { ...aPlan(), stream };
    const told = await placed(stage, { room, robot, stream: { userId: 'robot' } });
    await answered(stage, told);
    const kind = async () => (await stage.engine.state(told.callId))?.stream?.kind;
    await until(async () => (await kind()) === 'playing');
    stage.provider.parties = 'gone';
    return told;
  },

  async 'left by everybody, as its room says'(stage) {
    const limits = { maxDurationMs: 14_400_000, allLeftGraceMs: 1_000 };
    const call = aStart({ limits });
    const { callId } = call.state;
    await stage.engine.start(call);
    await stage.engine.command(callId, 'accept', byCallee);
    const at = Date.now();
    for (const [nth, userId] of [CALLER, CALLEE].entries()) {
      await reported(stage, callId, { type: 'room', event: 'entered', userId, at: at + nth });
    }
    await reported(stage, callId, { type: 'room', event: 'exited', userId: CALLER, at: at + 5 });
    await reported(stage, callId, { type: 'room', event: 'entered', userId: CALLER, at: at + 6 });
    await reported(stage, callId, { type: 'room', event: 'dismissed', at: at + 9 });
    return { callId };
  },

  async 'a robot’s, and its callbacks'(stage) {
    const told = await placed(stage);
    const state = await stage.engine.state(told.callId);
    if (state === undefined) throw new Error('no call');
    stage.known.push(state);
    const inbox = createCallbackInbox(stage.client, healthy);
    const hint = { providerCallId: PROVIDER_CALL_ID, at: Date.now() };
    const parties = [{ userId: 'jack', fact: 'answered' as const }];
    const callback = { key: 'one', command: 'Call.X', query: '', body: '{}' };
    await inbox.handOff({ ...callback, hint: { ...hint, parties } });
    await answered(stage, told);
    const ended = { cause: 'hangup' } as const;
    const end = { ...callback, key: 'two', hint: { ...hint, parties: [], ended } };
    for (let times = 0; times < 2; times += 1) await inbox.handOff(end);
    stage.provider.parties = 'gone';
    return { ...told, workflowId: callbacksWorkflowId(PROVIDER_CALL_ID) };
  },
};
