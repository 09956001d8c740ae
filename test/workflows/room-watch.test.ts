import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ProviderReport } from '../../src/call/events.js';
import { createCallMailbox } from '../../src/engine/call-mailbox.js';
import { byCallee, byCaller, CALLEE, CALLER, type CallOptions } from '../support/calls.js';
import { startRig } from '../support/rig.js';

const healthy = { ok: () => true, stop: () => undefined };
const LIMITS = { maxDurationMs: 14_400_000, allLeftGraceMs: 1_000 };
type Event = 'entered' | 'exited' | 'dismissed';

/** Whoever is out for five seconds is gone, and a second later so is the call. */
const OUT_FOR_GOOD_MS = 7_500;

/** A call that was answered, and the room that speaks of it. */
async function startRoomRig(more: CallOptions = {}) {
  const rig = await startRig();
  const mailbox = createCallMailbox(rig.client, healthy);
  const { callId } = (await rig.start({ limits: LIMITS, ...more })).state;
  await rig.engine.command(callId, 'accept', byCallee);
  const begun = Date.now();
  const report = (said: ProviderReport) =>
    expect.poll(() => mailbox.report(callId, said)).toBe('taken');
  const room = (event: Event, userId: string | undefined, at: number) =>
    report({ type: 'room', event, at: begun + at, ...(userId !== undefined && { userId }) });
  const seen = async () => (await rig.engine.state(callId)) ?? fail();
  return { ...rig, callId, room, seen, mailbox };
}

const fail = (): never => {
  throw new Error('no call');
};

describe('a room that speaks of its call', () => {
  it('begins the conversation, and ends it when everybody is out for good', async () => {
    const { room, seen, result, callId } = await startRoomRig();
    await room('entered', CALLER, 1);
    await expect.poll(async () => (await seen()).status).toBe('ongoing');
    await room('entered', CALLEE, 2);
    await room('exited', CALLER, 10);
    await room('exited', CALLEE, 11);
    expect(await result(callId)).toMatchObject({ status: 'ended', cause: 'all_left' });
    // Neither a second join nor a second exit of the same user is another change.
    expect((await seen()).version).toBe(7);
  });

  it('says nothing by a network that changes: out and in again', async () => {
    const { room, seen, engine, callId } = await startRoomRig();
    await room('entered', CALLER, 1);
    await room('entered', CALLEE, 2);
    await expect.poll(async () => (await seen()).version).toBe(4);
    await room('exited', CALLER, 10);
    await room('entered', CALLER, 20);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(await seen()).toMatchObject({ status: 'ongoing', version: 4 });
    await engine.command(callId, 'hangup', byCaller);
  });

  it('is believed in the order of its own clock, and once', async () => {
    const { room, seen, engine, callId } = await startRoomRig();
    await room('entered', CALLER, 1);
    await room('entered', CALLER, 1);
    await room('entered', CALLEE, 20);
    await room('exited', CALLEE, 10);
    await room('exited', '99999', 30);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(await seen()).toMatchObject({ status: 'ongoing', version: 4 });
    await engine.command(callId, 'hangup', byCaller);
  });

  it('that is dismissed has nobody in it', async () => {
    const { room, result, callId } = await startRoomRig();
    await room('entered', CALLER, 1);
    await room('entered', CALLEE, 2);
    await room('dismissed', undefined, 3);
    expect(await result(callId)).toMatchObject({ cause: 'all_left' });
  });

  it('that was dismissed before they came back is not empty', async () => {
    const { room, seen, engine, callId } = await startRoomRig();
    await room('entered', CALLER, 10);
    await room('entered', CALLEE, 11);
    await room('dismissed', undefined, 5);
    await sleep(OUT_FOR_GOOD_MS);
    expect((await seen()).status).toBe('ongoing');
    await engine.command(callId, 'hangup', byCaller);
  });

  it('is heard out about a call that is over, or never was', async () => {
    const { room, engine, result, callId, mailbox } = await startRoomRig();
    await engine.command(callId, 'hangup', byCaller);
    await result(callId);
    await room('exited', CALLER, 10);
    const report = { type: 'room', event: 'entered', userId: '1', at: 1 } as const;
    expect(await mailbox.report(999_999, report)).toBe('taken');
  });
});
