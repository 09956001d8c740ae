import { describe, expect, it } from 'vitest';
import type { ProviderReport } from '../../src/call/events.js';
import { callWorkflowId, releaseWorkflowId } from '../../src/contract/ids.js';
import { PROVIDER_REPORT_SIGNAL } from '../../src/contract/names.js';
import { tokenOf } from '../../src/contract/phone-token.js';
import { createHearPush } from '../../src/service/phone/hear-push.js';
import { aPhoneCall, phoneActivitiesOver, pushed, pushedOf } from '../support/phone-calls.js';
import { type RigOptions, startRig } from '../support/rig.js';
import { createTelephonyInMemory, PHONE_CALL_ID } from '../support/telephony-in-memory.js';

const STRAY = 'dialled-a-second-time';
const CALL_ID = 77;
const TOKEN = tokenOf(CALL_ID, 'abcdefghijklmno');
const bridged = { type: 'bridged' } as const;
const over = { type: 'over', cause: 'hangup', by: 'callee' } as const;
const silent = { kind: 'unknown', evidence: { fault: 'timeout' } } as const;

const ofCall = (...reports: readonly ProviderReport[]) => ({ ...pushed(...reports), token: TOKEN });
const ofStray = (...reports: readonly ProviderReport[]) => ({
  ...pushedOf(STRAY, ...reports),
  token: TOKEN,
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown');

/** A call that its provider has placed. */
async function placed(record: RigOptions['record'] = async () => undefined) {
  const telephony = createTelephonyInMemory();
  const rig = await startRig({ activities: phoneActivitiesOver(telephony), record });
  const { startBy } = await rig.start(aPhoneCall({ callId: CALL_ID, token: TOKEN }));
  await rig.engine.placed(CALL_ID, 4_000);
  return {
    ...rig,
    telephony,
    startBy,
    handle: rig.client.workflow.getHandle(callWorkflowId(CALL_ID)),
    /** Waits until this leg has been hung up. */
    async hungUp(leg: string) {
      const release = rig.client.workflow.getHandle(releaseWorkflowId(CALL_ID, leg));
      const state = () => release.describe().then(({ status }) => status.name, messageOf);
      await expect.poll(state).toBe('COMPLETED');
    },
    push: (what: ReturnType<typeof pushed>) => rig.engine.hear(CALL_ID, what),
    ended: () => rig.result(CALL_ID),
    now: () => rig.engine.state(CALL_ID),
  };
}

describe('a leg with the token of a call, and another id than the call', () => {
  it('that is talked in is hung up by its own id, and never taken for the call', async () => {
    const { push, hungUp, now, ended, written, telephony } = await placed();
    expect(await push(ofStray(bridged))).toBe('delivered');
    await hungUp(STRAY);
    expect(await now()).toMatchObject({ status: 'calling', providerCallId: PHONE_CALL_ID });
    await push(ofCall(bridged));
    await push(ofCall(over));
    await ended();
    expect(written.at(-1)?.state).toMatchObject({ cause: 'hangup', providerCallId: PHONE_CALL_ID });
    expect(telephony.ended).toEqual([STRAY]);
  });

  it('that only asks whether it may dial, or is over, is let alone', async () => {
    const { push, now, ended, telephony } = await placed();
    await push(ofStray());
    await push(ofStray(over));
    expect(await now()).toMatchObject({ status: 'calling', version: 2 });
    await push(ofCall(over));
    await ended();
    expect(telephony.ended).toEqual([]);
  });

  it('is hung up as often as it speaks, and once at a time', async () => {
    const { push, hungUp, ended, telephony } = await placed();
    telephony.onCancel = silent;
    await push(ofStray(bridged));
    await push(ofStray(bridged));
    await expect.poll(() => telephony.ended).toContain(STRAY);
    telephony.onCancel = { kind: 'cancelled' };
    await hungUp(STRAY);
    const before = telephony.ended.length;
    await push(ofStray(bridged));
    await expect.poll(() => telephony.ended).toHaveLength(before + 1);
    await push(ofCall(over));
    await ended();
    expect(telephony.ended).toEqual(Array(before + 1).fill(STRAY));
  });

  it('is hung up although the workflow was cancelled', async () => {
    const { push, handle, hungUp, ended, telephony } = await placed();
    telephony.onCancel = silent;
    await handle.cancel();
    await expect.poll(() => telephony.ended).toContain(PHONE_CALL_ID);
    await push(ofStray(bridged));
    await expect.poll(() => telephony.ended).toContain(STRAY);
    telephony.onCancel = { kind: 'cancelled' };
    await hungUp(STRAY);
    await ended();
  });
});

describe('a leg of a call that is over', () => {
  const unanswered = { type: 'over', cause: 'no_answer' } as const;

  it('is hung up while the end is being written', async () => {
    let write = () => {};
    const mayWrite = new Promise<void>((resolve) => {
      write = resolve;
    });
    const { push, handle, hungUp, ended, written, telephony } = await placed(({ state }) =>
      state.cause === undefined ? Promise.resolve() : mayWrite,
    );
    await push(ofCall(unanswered));
    await handle.signal(PROVIDER_REPORT_SIGNAL, ofCall(bridged));
    await hungUp(PHONE_CALL_ID);
    write();
    await ended();
    expect(telephony.ended).toEqual([PHONE_CALL_ID]);
    expect(written.at(-1)?.state).toMatchObject({ status: 'ended', cause: 'no_answer' });
  });

  it('is hung up after its workflow has closed, and so is every other one', async () => {
    const { push, hungUp, ended, written, telephony, engine, startBy } = await placed();
    await push(ofCall(unanswered));
    await ended();
    const state = written.at(-1)?.state;
    if (state === undefined) throw new Error('nothing was recorded');
    const hear = createHearPush({
      engine,
      reader: { find: async () => ({ state, startBy }) } as never,
      records: { write: async () => undefined } as never,
      now: Date.now,
    });
    for (const said of [ofCall(bridged), ofStray(bridged)]) {
      const established = { kind: 'established', ...said } as const;
      expect(await hear(established)).toEqual({ isTaken: true, allow: false });
      await hungUp(said.providerCallId);
    }
    expect(telephony.ended).toEqual([PHONE_CALL_ID, STRAY]);
  });
});
