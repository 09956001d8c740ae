import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { byCallee, byCaller } from '../support/calls.js';
import { startRig } from '../support/rig.js';

const versionsOf = (written: readonly { state: { version: number } }[]) =>
  written.map(({ state }) => state.version);

describe('the record', () => {
  it('takes along what changes while a write runs, and loses no event', async () => {
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { engine, start, result, written } = await startRig({
      record: ({ state }) => (state.version === 2 ? slow : Promise.resolve()),
    });
    const { callId } = (await start()).state;
    await engine.command(callId, 'accept', byCallee);
    await engine.command(callId, 'media-state', { ...byCaller, stage: 'joined' });
    await engine.command(callId, 'media-state', { ...byCallee, stage: 'joined' });
    await engine.command(callId, 'hangup', byCaller);
    release();
    await result(callId);
    expect(versionsOf(written)).toEqual([1, 2, 5]);
    expect(written.at(-1)?.events.map(({ version }) => version)).toEqual([3, 4, 5]);
  });

  it('lets a change of a party wait for the next status, at most two seconds', async () => {
    const { engine, start, written } = await startRig();
    const { callId } = (await start()).state;
    await engine.command(callId, 'media-state', { ...byCallee, stage: 'ringing' });
    await pause(500);
    expect(versionsOf(written)).toEqual([1]);
    await pause(3_000);
    expect(versionsOf(written)).toEqual([1, 2]);
    await engine.command(callId, 'media-state', { ...byCaller, stage: 'joined' });
    await engine.command(callId, 'accept', byCallee);
    await engine.command(callId, 'hangup', byCallee);
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
    const told = written.flatMap(({ events }) => events.map(({ type }) => type));
    expect(told).toEqual(['call.incoming', 'call.ringing_stopped', 'call.accepted', 'call.ended']);
  });

  it('keeps the workflow open until the end is written', async () => {
    let away = true;
    const { engine, start, result, presence } = await startRig({
      record: async ({ state }) => {
        if (away && state.status === 'cancelled') throw new Error('store away');
      },
    }).then((rig) => ({ ...rig, presence: rig.engine.presence }));
    const { callId } = (await start()).state;
    await engine.command(callId, 'cancel', byCaller);
    await pause(700);
    expect(await presence(callId)).toBe('ending');
    expect(await engine.command(callId, 'accept', byCallee)).toEqual({
      kind: 'refused',
      code: 41007,
    });
    away = false;
    await result(callId);
    expect(await presence(callId)).toBe('closed');
  });
});

describe('a start that comes too late', () => {
  it('ends as unreachable, rings nobody and announces nothing', async () => {
    const { start, result, engine, written } = await startRig();
    const { callId } = (await start({ startBy: Date.now() - 1 })).state;
    expect(await result(callId)).toEqual({ status: 'ended', cause: 'unreachable', version: 2 });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({ state: { cause: 'unreachable' }, events: [] });
    expect(await engine.command(callId, 'accept', byCallee)).toEqual({ kind: 'gone' });
  });

  it('is judged by when the server recorded it, not by when a worker came', async () => {
    const rig = await startRig();
    await rig.stopWorker();
    const startBy = Date.now() + 1_000;
    const { callId } = (await rig.start({ startBy })).state;
    await pause(1_500);
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
