import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isOver } from '../../src/call/state.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { byCallee, byCaller } from '../support/calls.js';
import { type Rig, startRig } from '../support/rig.js';
import { toldIn, versionsIn } from '../support/told.js';

/** A busy machine disturbs some calls, not each of so many. */
const MOST_TRIES = 10;

const announced = ({ written }: Rig) => expect.poll(() => versionsIn(written)).toEqual([1]);

/** What a call did for its record since the first command, by its history. */
async function sinceFirstCommand({ client }: Rig, callId: number): Promise<string[]> {
  const { events } = await client.workflow.getHandle(callWorkflowId(callId)).fetchHistory();
  const all = events ?? [];
  const first = all.findIndex((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
  const waits = (event: (typeof all)[number] | undefined) =>
    Number(event?.timerStartedEventAttributes?.startToFireTimeout?.seconds) === 2;
  return all.slice(first).flatMap((event) => {
    if (waits(event)) return ['waits two seconds'];
    const fired = event.timerFiredEventAttributes?.startedEventId;
    if (waits(all.find(({ eventId }) => fired && eventId?.equals(fired)))) return ['has waited'];
    return event.activityTaskScheduledEventAttributes ? ['writes'] : [];
  });
}

describe('the record', () => {
  it('takes along what changes while a write runs, and loses no event', async () => {
    let release = () => {};
    let isHeld = false;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const rig = await startRig({
      record: async ({ state }) => {
        if (state.version !== 2) return;
        isHeld = true;
        await slow;
      },
    });
    const { engine, start, result, written } = rig;
    const { callId } = (await start()).state;
    await announced(rig);
    await engine.command(callId, 'accept', byCallee);
    await expect.poll(() => isHeld).toBe(true);
    await engine.command(callId, 'media-state', { ...byCaller, stage: 'joined' });
    await engine.command(callId, 'media-state', { ...byCallee, stage: 'joined' });
    await engine.command(callId, 'hangup', byCaller);
    release();
    await result(callId);
    expect(versionsIn(written)).toEqual([1, 2, 5]);
    expect(written.at(-1)?.events.map(({ version }) => version)).toEqual([3, 4, 5]);
  });

  it('lets a change of a party wait for two seconds', async () => {
    const rig = await startRig();
    const { engine, start, written } = rig;
    const alone = ['waits two seconds', 'has waited', 'writes'];
    let did: string[] = [];
    // An announcement that a busy machine cut short is written with the first change.
    for (let tries = 0; tries < MOST_TRIES && did.join() !== alone.join(); tries += 1) {
      const { callId } = (await start()).state;
      const ofCall = () => versionsIn(written.filter(({ state }) => state.callId === callId));
      await expect.poll(ofCall).toEqual([1]);
      await engine.command(callId, 'media-state', { ...byCallee, stage: 'ringing' });
      await expect.poll(ofCall).toEqual([1, 2]);
      did = await sinceFirstCommand(rig, callId);
      await engine.command(callId, 'cancel', byCaller);
    }
    expect(did).toEqual(alone);
  });

  it('lets the begin of a conversation wait for the other join', async () => {
    const rig = await startRig();
    const { engine, start, written } = rig;
    const { callId } = (await start()).state;
    await engine.command(callId, 'accept', byCallee);
    await expect.poll(() => versionsIn(written)).toContain(2);
    await engine.command(callId, 'media-state', { ...byCaller, stage: 'joined' });
    await expect.poll(() => versionsIn(written).at(-1)).toBe(3);
    expect((await sinceFirstCommand(rig, callId)).slice(-3)).toEqual([
      'waits two seconds',
      'has waited',
      'writes',
    ]);
    await engine.command(callId, 'hangup', byCaller);
  });

  it('writes a change of a party with the status that follows meanwhile', async () => {
    const rig = await startRig();
    const { engine, start, result, written } = rig;
    const together = ['waits two seconds', 'writes'];
    let [versions, did]: [number[], string[]] = [[], []];
    // The status has to follow within two seconds, which a busy machine may keep it from.
    for (let tries = 0; tries < MOST_TRIES && did.join() !== together.join(); tries += 1) {
      const { callId } = (await start()).state;
      await engine.command(callId, 'media-state', { ...byCallee, stage: 'ringing' });
      await engine.command(callId, 'accept', byCallee);
      await engine.command(callId, 'hangup', byCallee);
      await result(callId);
      versions = versionsIn(written.filter(({ state }) => state.callId === callId));
      did = (await sinceFirstCommand(rig, callId)).slice(0, 2);
    }
    expect(did).toEqual(together);
    expect(versions).toEqual([1, 3, 4]);
  });

  it('catches up after the store was away, while commands were answered as always', async () => {
    let away = true;
    const { engine, start, result, written } = await startRig({
      record: async () => {
        if (away) throw new Error('store away');
      },
    });
    const { callId } = (await start()).state;
    expect(await engine.command(callId, 'accept', byCallee)).toMatchObject({ kind: 'done' });
    expect(await engine.command(callId, 'hangup', byCallee)).toMatchObject({ kind: 'done' });
    expect(written).toEqual([]);
    away = false;
    expect(await result(callId)).toMatchObject({ status: 'ended', version: 3 });
    expect(toldIn(written).map(({ type }) => type)).toEqual([
      'call.incoming',
      'call.ringing_stopped',
      'call.accepted',
      'call.ended',
    ]);
  });

  it('keeps the workflow open until the end is written', async () => {
    let [away, tries] = [true, 0];
    const { engine, start, result } = await startRig({
      record: async ({ state }) => {
        if (!isOver(state)) return;
        tries += 1;
        if (away) throw new Error('store away');
      },
    });
    const { callId } = (await start()).state;
    await engine.command(callId, 'cancel', byCaller);
    await expect.poll(() => tries).toBeGreaterThan(1);
    expect(await engine.presence(callId)).toBe('ending');
    expect(await engine.command(callId, 'accept', byCallee)).toEqual({
      kind: 'refused',
      code: 41007,
    });
    away = false;
    await result(callId);
    expect(await engine.presence(callId)).toBe('closed');
  });
});

describe('a start that comes too late', () => {
  it('ends as unreachable, rings nobody and announces nothing', async () => {
    const { start, result, engine, written } = await startRig();
    const { callId } = (await start({ startBy: Date.now() - 1 })).state;
    expect(await result(callId)).toEqual({ status: 'ended', cause: 'unreachable', version: 2 });
    expect(versionsIn(written)).toEqual([2]);
    expect(written[0]).toMatchObject({ state: { cause: 'unreachable' }, events: [] });
    expect(await engine.command(callId, 'accept', byCallee)).toEqual({ kind: 'gone' });
  });

  it('is judged by when the server recorded it, not by when a worker came', async () => {
    const rig = await startRig();
    await rig.stopWorker();
    const startBy = Date.now() + 5_000;
    const { callId } = (await rig.start({ startBy })).state;
    await pause(startBy + 500 - Date.now());
    await rig.startWorker();
    expect(await rig.engine.command(callId, 'accept', byCallee)).toMatchObject({ kind: 'done' });
    await rig.engine.command(callId, 'hangup', byCallee);
  });

  it('cannot be accepted even by a command that came with its first task', async () => {
    const rig = await startRig();
    await rig.stopWorker();
    const { callId } = (await rig.start({ startBy: Date.now() - 1 })).state;
    await rig.client.workflow.getHandle(`call-${callId}`).signal('accept', byCallee);
    await rig.startWorker();
    expect(await rig.result(callId)).toMatchObject({ cause: 'unreachable' });
  });
});
