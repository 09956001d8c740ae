import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Room } from '../../src/call/state.js';
import { callWorkflowId, releaseWorkflowId } from '../../src/contract/ids.js';
import { createCallMailbox } from '../../src/engine/call-mailbox.js';
import { aRecord } from '../support/provider-in-memory.js';
import { aRobotCall, byRobot } from '../support/robot-calls.js';
import { OURS, type StreamRig, startStreamRig } from '../support/stream-rig.js';

const GIVEN: Room = { ...OURS, name: 'their room', isOurs: false };

/** What a call has waited for in vain, by the summaries of its timers. */
async function waitedFor({ client }: StreamRig, callId: number): Promise<unknown[]> {
  const { events } = await client.workflow.getHandle(callWorkflowId(callId)).fetchHistory();
  const fired = (events ?? []).map(({ timerFiredEventAttributes: timer }) =>
    String(timer?.startedEventId),
  );
  return (events ?? []).flatMap(({ eventId, userMetadata }) =>
    fired.includes(String(eventId)) && userMetadata?.summary
      ? [defaultPayloadConverter.fromPayload(userMetadata.summary)]
      : [],
  );
}

const STARTED = 'start robot in text room-1';

describe('the stream of a robot call', () => {
  it('begins after the first answer, and is stopped, and the room closed, when the call ends', async () => {
    const { rings, answers, over, media } = await startStreamRig();
    const callId = await rings();
    expect(media.asked).toEqual([]);
    await answers(callId);
    expect(media.asked).toEqual([STARTED]);
    expect(await over(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
    expect(media.asked).toEqual([STARTED, 'stop task-1', 'dismiss room-1']);
  });

  it('is stopped by whatever ends the call: its owner', async () => {
    const { rings, answers, engine, result, media } = await startStreamRig();
    const callId = await rings();
    await answers(callId);
    await engine.command(callId, 'hangup', byRobot);
    await result(callId);
    expect(media.asked).toEqual([STARTED, 'stop task-1', 'dismiss room-1']);
  });

  it('is never begun for a call that nobody answers, whose room is closed all the same', async () => {
    const { rings, over, provider, media } = await startStreamRig();
    const callId = await rings();
    provider.record_ = aRecord({ cause: 'no_answer' });
    await over(callId);
    expect(media.asked).toEqual(['dismiss room-1']);
  });

  it('that is over leaves the conversation alone', async () => {
    const { rings, answers, over, seen, media } = await startStreamRig();
    const callId = await rings();
    await answers(callId);
    media.seen = 'gone';
    const state = await seen(callId, ({ stream }) => stream?.kind === 'ended');
    expect(state).toMatchObject({ status: 'accepted' });
    expect(state.ending).toBeUndefined();
    await over(callId);
    expect(media.asked).toEqual([STARTED, 'dismiss room-1']);
  });

  it('that is over ends the call on request', async () => {
    const { rings, answers, result, engine, provider, media } = await startStreamRig();
    const callId = await rings({ endsCall: true });
    await answers(callId);
    media.seen = 'gone';
    await result(callId);
    expect(provider.asked).toEqual(['place', 'end']);
    expect(await engine.state(callId)).toMatchObject({
      status: 'ended',
      cause: 'hangup',
      reason: 'stream_finished',
    });
  });

  it('that is said to be over is looked at, and is over when that is so', async () => {
    const rig = await startStreamRig({ beginning: 20, playing: 600_000 });
    const callId = await rig.rings();
    await rig.answers(callId);
    const mailbox = createCallMailbox(rig.client, { ok: () => true, stop: () => undefined });
    const said = (at: number) =>
      mailbox.report(callId, { type: 'hint', at, parties: [], media: true });
    await expect.poll(() => said(1)).toBe('taken');
    await rig.seen(callId, ({ heard }) => heard?.mediaAt === 1);
    expect(await rig.engine.state(callId)).toMatchObject({ stream: { kind: 'playing' } });
    rig.media.seen = 'gone';
    await expect.poll(() => said(2)).toBe('taken');
    await rig.seen(callId, ({ stream }) => stream?.kind === 'ended');
    await rig.over(callId);
  });

  it('that its provider says to have begun has begun, although nobody can see it', async () => {
    const rig = await startStreamRig({ beginning: 600_000, playing: 20 });
    const callId = await rig.rings({ endsCall: true });
    rig.media.seen = 'unknown';
    await rig.answers(callId, 'starting');
    const isRecorded = () => rig.written.some(({ state }) => state.stream?.taskId === 'task-1');
    await expect.poll(isRecorded).toBe(true);
    expect(await waitedFor(rig, callId)).not.toContain('changes of parties wait');
    const mailbox = createCallMailbox(rig.client, { ok: () => true, stop: () => undefined });
    const playing = { type: 'stream', now: 'playing', taskId: 'task-1' } as const;
    await expect.poll(() => mailbox.report(callId, playing)).toBe('taken');
    await rig.seen(callId, ({ stream }) => stream?.kind === 'playing');
    rig.media.seen = 'gone';
    await rig.result(callId);
    expect(await rig.engine.state(callId)).toMatchObject({ reason: 'stream_finished' });
    expect(rig.media.asked).toEqual([STARTED, 'dismiss room-1']);
  });

  it('that was taken and never plays is tried again, under a task of its own', async () => {
    const { rings, answers, over, seen, media } = await startStreamRig();
    const callId = await rings();
    media.seen = 'gone';
    await answers(callId, 'starting');
    const state = await seen(callId, ({ stream }) => stream?.kind === 'waiting');
    expect(state.stream).toMatchObject({ failures: 1 });
    media.seen = 'playing';
    await answers(callId);
    await over(callId);
    expect(media.asked).toEqual([STARTED, STARTED, 'stop task-2', 'dismiss room-1']);
  });

  it('plays on while nobody can say whether it does', async () => {
    const { rings, answers, over, engine, media } = await startStreamRig();
    const callId = await rings({ endsCall: true });
    await answers(callId);
    media.seen = 'unknown';
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await engine.state(callId)).toMatchObject({ stream: { kind: 'playing' } });
    await over(callId);
    expect(media.asked).toContain('stop task-1');
  });

  it('is given up after three starts, and that is told', async () => {
    const { rings, answers, over, written, media } = await startStreamRig();
    media.onStart = async () => ({ kind: 'refused', evidence: { word: 'InvalidParameter' } });
    const callId = await rings();
    await answers(callId, 'failed');
    expect(media.asked).toEqual([STARTED, STARTED, STARTED]);
    await expect
      .poll(() =>
        written.some(({ state, events }) => {
          const told = events.some(({ type }) => type === 'call.updated');
          return told && state.stream?.kind === 'failed';
        }),
      )
      .toBe(true);
    await over(callId);
    expect(media.asked.slice(3)).toEqual(['dismiss room-1']);
  });

  it('whose task is lost is thrown out of the room before it is tried again', async () => {
    const { rings, answers, over, media } = await startStreamRig();
    const works = media.onStart;
    media.onStart = async () => {
      media.onStart = works;
      return { kind: 'unknown', evidence: { fault: 'timeout' } };
    };
    const callId = await rings();
    await answers(callId);
    await over(callId);
    expect(media.asked).toEqual([
      STARTED,
      'remove robot from room-1',
      STARTED,
      'stop task-1',
      'dismiss room-1',
    ]);
  });

  it('leaves a room that was given as it is, but for its own user', async () => {
    const { rings, answers, over, media } = await startStreamRig();
    const callId = await rings({}, { room: GIVEN });
    await answers(callId);
    await over(callId);
    expect(media.asked).toEqual([
      'start robot in text their room',
      'stop task-1',
      'remove robot from their room',
    ]);
  });

  it('is released again and again until that is confirmed', async () => {
    const { rings, answers, over, media } = await startStreamRig();
    const callId = await rings();
    await answers(callId);
    let tries = 0;
    media.onRelease = async () => {
      tries += 1;
      return tries % 2 === 1 ? { kind: 'unknown', evidence: {} } : { kind: 'done' };
    };
    await over(callId);
    const twice = ['stop task-1', 'stop task-1', 'dismiss room-1', 'dismiss room-1'];
    expect(media.asked).toEqual([STARTED, ...twice]);
  });

  it('that was taken while the call ended is stopped', async () => {
    const { rings, engine, result, provider, media } = await startStreamRig();
    const callId = await rings();
    let take = () => {};
    const asked = new Promise<void>((resolve) => {
      media.onStart = () => {
        resolve();
        return new Promise((taken) => {
          take = () => taken({ kind: 'started', taskId: 'late' });
        });
      };
    });
    provider.parties = [{ userId: 'jack', state: 'present' }];
    await asked;
    await engine.command(callId, 'hangup', byRobot);
    provider.record_ = aRecord({ acceptedAt: Date.now() });
    take();
    await result(callId);
    expect(media.asked).toEqual([STARTED, 'stop late', 'dismiss room-1']);
  });
});

describe('a robot call without a stream', () => {
  it('leaves a room that was given to those who are in it', async () => {
    const { rings, over, media } = await startStreamRig();
    await over(await rings('none', { room: GIVEN }));
    expect(media.asked).toEqual([]);
  });

  it('that was never placed has no room to close', async () => {
    const { start, result, provider, media } = await startStreamRig();
    const evidence = { code: 101002, info: 'no' };
    provider.onPlace = async () => ({ kind: 'refused', reason: 'request', evidence });
    const { callId } = (await start(aRobotCall({ room: OURS }))).state;
    await result(callId);
    expect(media.asked).toEqual([]);
  });
});

describe('what a terminated call leaves', () => {
  it('is stopped, and its room closed', async () => {
    const { rings, answers, engine, client, media } = await startStreamRig();
    const callId = await rings();
    await answers(callId);
    const state = await engine.state(callId);
    if (state === undefined) throw new Error('no call');
    await client.workflow.getHandle(`call-${callId}`).terminate('by hand');
    await expect.poll(() => engine.release(state)).toMatch(/started/);
    await client.workflow.getHandle(releaseWorkflowId(callId)).result();
    expect(media.asked).toEqual([STARTED, 'stop task-1', 'dismiss room-1']);
  });
});
