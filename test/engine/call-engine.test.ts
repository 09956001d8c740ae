import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { isOver } from '../../src/call/state.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import type { RefusedBy } from '../../src/ports/call-engine.js';
import { aStart, byCallee, byCaller, CALLEE } from '../support/calls.js';
import { type Rig, startRig } from '../support/rig.js';
import { scratchFolder } from '../support/scratch.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { temporalServer } from '../support/temporal-server.js';
import { timed } from '../support/timed.js';

const ANSWER_BOUND_MS = 2_500;
const ANSWER_LIMIT_MS = 3_000;

/** With a database, so that calls outlive it. */
async function ownServer() {
  const server = await temporalServer({ database: join(await scratchFolder(), 'temporal.db') });
  onTestFinished(() => server.stop());
  return server;
}

/** So that what follows is sent. */
const untilHealthy = (rig: Rig) => expect.poll(() => rig.healthy()).toBe(true);

describe('without a worker', () => {
  it('a command is answered `unknown` in time, and repeating it takes effect once', async () => {
    const rig = await startRig();
    const { callId } = (await rig.start()).state;
    await rig.stopWorker();
    await untilHealthy(rig);
    const first = await timed(rig.once.command(callId, 'accept', byCallee));
    expect(first.answer).toEqual({ kind: 'unknown' });
    expect(first.ms).toBeLessThan(ANSWER_LIMIT_MS + first.slackMs);
    const again = rig.engine.command(callId, 'accept', byCallee);
    await rig.startWorker();
    const accepted = { kind: 'done', state: { version: 2, status: 'accepted' } };
    expect(await again).toMatchObject(accepted);
    expect(await rig.engine.command(callId, 'accept', byCallee)).toMatchObject(accepted);
    await rig.engine.command(callId, 'hangup', byCallee);
  });

  it('a start is durable all the same', async () => {
    const rig = await startRig();
    await rig.stopWorker();
    const { callId } = (await rig.start()).state;
    expect(await rig.engine.presence(callId)).toBe('running');
    await rig.startWorker();
    expect(await rig.engine.command(callId, 'cancel', byCaller)).toMatchObject({ kind: 'done' });
  });

  it('the state cannot be had within half a second', async () => {
    const rig = await startRig();
    const { callId } = (await rig.start()).state;
    await rig.stopWorker();
    const { answer, ms, slackMs } = await timed(rig.once.state(callId));
    expect(answer).toBeUndefined();
    expect(ms).toBeLessThan(1_000 + slackMs);
    await rig.startWorker();
    await rig.engine.command(callId, 'cancel', byCaller);
  });
});

describe('the same start again', () => {
  it('is recognised by its call id, while the call lives and after it ended', async () => {
    const rig = await startRig();
    const start = await rig.start();
    expect(await rig.engine.start(start)).toBe('already-started');
    await rig.engine.command(start.state.callId, 'cancel', byCaller);
    await rig.result(start.state.callId);
    expect(await rig.engine.start(start)).toBe('already-started');
  });
});

describe('with the server away', () => {
  it('nothing is sent once a probe has failed, and all is well when it is back', async () => {
    const server = await ownServer();
    const rig = await startRig({ address: server.address });
    const { callId } = (await rig.start()).state;
    await server.kill();
    await expect.poll(() => rig.healthy()).toBe(false);
    expect(await rig.once.start(aStart())).toBe('unavailable');
    expect(await rig.once.command(callId, 'accept', byCallee)).toEqual({ kind: 'unavailable' });
    expect(await rig.once.presence(callId)).toBe('unknown');
    await server.restart();
    await untilHealthy(rig);
    expect(await rig.engine.command(callId, 'cancel', byCaller)).toMatchObject({
      kind: 'done',
      state: { version: 2 },
    });
  });

  it('what was sent just before the probe noticed is `unknown`, and answered in time', async () => {
    const proxy = await startTcpProxy(`tcp://${inject('temporalAddress')}`);
    onTestFinished(() => proxy.close());
    const rig = await startRig({ address: proxy.address });
    const { callId } = (await rig.start()).state;
    await untilHealthy(rig);
    proxy.swallow();
    const [start, command] = await Promise.all([
      timed(rig.once.start(aStart())),
      timed(rig.once.command(callId, 'accept', byCallee)),
    ]);
    expect(start.answer).toBe('unknown');
    expect(command.answer).toEqual({ kind: 'unknown' });
    expect(start.ms).toBeLessThan(ANSWER_LIMIT_MS + start.slackMs);
    expect(command.ms).toBeLessThan(ANSWER_LIMIT_MS + command.slackMs);
    // A connection that lost bytes never speaks again.
    proxy.reset();
    proxy.heal();
    const state = { status: expect.stringMatching(/^(rejected|ended)$/) };
    expect(await rig.engine.command(callId, 'hangup', byCallee)).toMatchObject({ state });
  });
});

describe('a burst of commands to one call', () => {
  it('is all answered, although Temporal admits ten at a time', async () => {
    const rig = await startRig();
    const { callId } = (await rig.start()).state;
    await rig.engine.command(callId, 'accept', byCallee);
    await untilHealthy(rig);
    const reports = Array.from({ length: 60 }, (_, index) =>
      timed(rig.once.command(callId, 'media-state', { ...byCallee, stage: `stage-${index}` })),
    );
    const answers = await Promise.all(reports);
    const undone = answers.filter(({ answer }) => answer.kind !== 'done');
    // Two go at a time: on a busy machine the last ones may not have their turn in time.
    expect(undone.filter(({ ms }) => ms < ANSWER_BOUND_MS - 10)).toEqual([]);
    expect(answers.length - undone.length).toBeGreaterThan(10);
    const state = await rig.engine.state(callId);
    expect(state?.parties.find((party) => party.userId === CALLEE)?.media).toBeDefined();
    await rig.engine.command(callId, 'hangup', byCallee);
  });
});

describe('a hundred accepts at once', () => {
  const TERMINALS = Array.from({ length: 100 }, (_, index) => `terminal-${index}`);
  const refusedByCall = { kind: 'refused', code: 41006 };
  /** Another code than that of the call, to tell the two apart. */
  const wonElsewhere: RefusedBy = ({ status }) => (status === 'accepted' ? 41008 : undefined);

  it('are refused by what the first few answers show, and only those few are sent', async () => {
    const rig = await startRig();
    const { callId } = (await rig.start()).state;
    const outcomes = await Promise.all(
      TERMINALS.map((terminal_id) =>
        rig.engine.command(callId, 'accept', { ...byCallee, terminal_id }, wonElsewhere),
      ),
    );
    const codes = outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : 0));
    expect(codes.filter((code) => code === 0)).toHaveLength(1);
    expect(codes.filter((code) => code === 41008).length).toBeGreaterThan(80);
    await rig.engine.command(callId, 'hangup', byCallee);
  });

  it('are refused by what the first few refusals show, where the call was accepted before', async () => {
    const rig = await startRig();
    const { callId } = (await rig.start()).state;
    await rig.engine.command(callId, 'accept', byCallee);
    const outcomes = await Promise.all(
      TERMINALS.map((terminal_id) =>
        rig.engine.command(callId, 'accept', { ...byCallee, terminal_id }, wonElsewhere),
      ),
    );
    const codes = outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : 0));
    expect(codes.filter((code) => code === 41006).length).toBeGreaterThan(0);
    expect(codes.filter((code) => code === 41008).length).toBeGreaterThan(80);
    await rig.engine.command(callId, 'hangup', byCallee);
  });

  it('are all sent, and refused by the call, where nothing it shows refuses them', async () => {
    const rig = await startRig();
    const { callId } = (await rig.start()).state;
    const outcomes = await Promise.all(
      TERMINALS.slice(0, 20).map((terminal_id) =>
        rig.engine.command(callId, 'accept', { ...byCallee, terminal_id }, () => undefined),
      ),
    );
    const losers = outcomes.filter(({ kind }) => kind !== 'done');
    expect(losers).toEqual(Array.from({ length: 19 }, () => refusedByCall));
    await rig.engine.command(callId, 'hangup', byCallee);
  });
});

describe('a call that has just been ended', () => {
  it('is known to be over without a worker, from the answer to its end on', async () => {
    let recorded = Promise.resolve();
    const rig = await startRig({
      record: ({ state }) => (isOver(state) ? recorded : Promise.resolve()),
    });
    for (let round = 0; round < 10; round += 1) {
      let record = () => {};
      recorded = new Promise<void>((resolve) => {
        record = resolve;
      });
      const { callId } = (await rig.start()).state;
      expect(await rig.engine.presence(callId)).toBe('running');
      const early = rig.engine.presence(callId);
      await rig.engine.command(callId, 'cancel', byCaller);
      expect(await rig.engine.presence(callId)).toBe('ending');
      await early;
      record();
    }
  });
});

describe('which calls run', () => {
  it('is listed, and a call that was terminated is listed no more', async () => {
    const rig = await startRig();
    const [first, second] = [await rig.start(), await rig.start()];
    const ids = [first.state.callId, second.state.callId];
    await expect.poll(() => rig.engine.running()).toEqual(new Set(ids));
    await rig.client.workflow.getHandle(callWorkflowId(first.state.callId)).terminate();
    await expect.poll(() => rig.engine.running()).toEqual(new Set([second.state.callId]));
    expect(await rig.engine.presence(first.state.callId)).toBe('closed');
    await rig.engine.command(second.state.callId, 'cancel', byCaller);
  });
});
