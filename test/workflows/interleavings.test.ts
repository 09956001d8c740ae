import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { byCallee, byCaller, CALLEE } from '../support/calls.js';
import { type Rig, startRig } from '../support/rig.js';
import { SHORT_RUNS, type TestServer, temporalServer } from '../support/temporal-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await temporalServer({
    dynamicConfig: SHORT_RUNS,
  });
});
afterAll(() => server.stop());

const rig = (options: Parameters<typeof startRig>[0] = {}) =>
  startRig({ address: server.address, ...options });
const causeOf = async ({ engine }: Rig, callId: number) => (await engine.state(callId))?.cause;
const elsewhere = { calleeIds: ['30003'] };

async function eventsOf({ client }: Rig, callId: number) {
  const history = await client.workflow.getHandle(callWorkflowId(callId)).fetchHistory();
  return history.events ?? [];
}
/** Whether the run of this call was told that another one is to go on. */
const isToLeave = async (r: Rig, callId: number) =>
  (await eventsOf(r, callId)).some(
    (event) => event.workflowTaskStartedEventAttributes?.suggestContinueAsNew,
  );
/** Whether a signal of this call has reached no other. */
const hasMissed = async (r: Rig, callId: number) =>
  (await eventsOf(r, callId)).some(
    (event) => event.signalExternalWorkflowExecutionFailedEventAttributes,
  );

describe('superseding', () => {
  it('reaches a call whose own start lands only afterwards', async () => {
    const r = await rig();
    await r.start({ ...elsewhere, callId: 900_002, supersedes: 900_001 });
    await expect.poll(() => hasMissed(r, 900_002)).toBe(true);
    await r.start({ callId: 900_001 });
    await expect.poll(() => causeOf(r, 900_001)).toBe('superseded');
    await r.engine.command(900_002, 'cancel', byCaller);
    await r.result(900_002);
  });

  it('is carried out although the new call was cancelled before its first task', async () => {
    const r = await rig();
    const former = (await r.start()).state.callId;
    await r.stopWorker();
    const next = (await r.start({ ...elsewhere, supersedes: former })).state.callId;
    await r.client.workflow.getHandle(callWorkflowId(next)).signal('cancel', byCaller);
    await r.startWorker();
    await r.result(next);
    await expect.poll(() => causeOf(r, former)).toBe('superseded');
  });
});

describe('reports that nobody takes', () => {
  it('do not keep a hangup from being sent', async () => {
    const r = await rig();
    const { callId } = (await r.start()).state;
    await r.engine.command(callId, 'accept', byCallee);
    await r.stopWorker();
    const stages = ['a', 'b', 'c', 'd', 'e', 'f'];
    const isHealthy = () => expect.poll(() => r.healthy()).toBe(true);
    await isHealthy();
    const reports = await Promise.all(
      stages.map((stage) => r.once.command(callId, 'media-state', { ...byCaller, stage })),
    );
    expect(reports.map(({ kind }) => kind).sort()).toEqual([
      ...Array(4).fill('unavailable'),
      ...Array(2).fill('unknown'),
    ]);
    await isHealthy();
    expect((await r.once.command(callId, 'hangup', byCaller)).kind).toBe('unknown');
    await r.startWorker();
    await expect.poll(() => causeOf(r, callId)).toBe('hangup');
  });
});

describe('a store that is away when a run is to be continued', () => {
  it('stops no deadline', async () => {
    let away = false;
    const r = await rig({
      record: async () => {
        if (away) throw new Error('store away');
      },
    });
    const limits = { maxDurationMs: 15_000, allLeftGraceMs: 30_000 };
    const { callId } = (await r.start({ limits })).state;
    await expect.poll(() => r.written.length).toBeGreaterThan(0);
    away = true;
    await r.engine.command(callId, 'accept', byCallee);
    for (let index = 0; !(await isToLeave(r, callId)); index += 1) {
      const stage = index % 2 === 0 ? 'joined' : 'muted';
      await r.engine.command(callId, 'media-state', { ...byCaller, stage });
    }
    expect(await causeOf(r, callId)).toBeUndefined();
    await expect.poll(() => causeOf(r, callId)).toBe('max_duration');
    away = false;
    await r.result(callId);
  });
});

describe('what an operator sees', () => {
  it('is there while the call rings, and still there after continue-as-new', async () => {
    const r = await rig();
    const { callId } = (await r.start()).state;
    const handle = r.client.workflow.getHandle(callWorkflowId(callId));
    const details = async () => (await handle.query('__temporal_workflow_metadata')) as object;
    expect(JSON.stringify(await details())).toContain('**calling**');
    await r.engine.command(callId, 'accept', byCallee);
    const { runId } = await handle.describe();
    for (let index = 0; index < 20; index += 1) {
      const stage = index % 2 === 0 ? 'joined' : 'muted';
      await r.engine.command(callId, 'media-state', { ...byCaller, stage });
    }
    await expect.poll(async () => (await handle.describe()).runId).not.toBe(runId);
    const seen = JSON.stringify(await details());
    expect(seen).toContain('10001 → 20002, video, rtc');
    expect(seen).toContain('**ongoing**');
    expect(seen).toContain('v3 ongoing, 10001');
    await r.engine.command(callId, 'hangup', byCaller);
  });
});

describe('an input that is no call', () => {
  it.each([{}, { state: { channel: 'rtc' } }, { state: { channel: 'robot', parties: [] } }])(
    'ends its workflow as 40001: %j',
    async (input) => {
      const { client } = await rig();
      const run = client.workflow.execute('call', {
        workflowId: 'call-1',
        taskQueue: 'calls',
        args: [input],
      });
      await expect(run).rejects.toMatchObject({ cause: { type: '40001' } });
    },
  );
});

describe('a late start that a late worker finds', () => {
  it('is unreachable even when its ring has run out as well', async () => {
    const r = await rig();
    await r.stopWorker();
    const { callId } = (await r.start({ startBy: Date.now() - 1, ringTimeoutMs: 1_000 })).state;
    await pause(1_500);
    await r.startWorker();
    expect(await r.result(callId)).toMatchObject({ cause: 'unreachable' });
    expect(r.written[0]?.state.parties.find(({ userId }) => userId === CALLEE)?.state).toBe(
      'unreachable',
    );
  });
});
