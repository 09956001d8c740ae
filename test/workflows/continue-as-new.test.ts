import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { byCallee, byCaller, CALLER } from '../support/calls.js';
import { startRig } from '../support/rig.js';
import { SHORT_RUNS, type TestServer, temporalServer } from '../support/temporal-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await temporalServer({
    dynamicConfig: SHORT_RUNS,
  });
});
afterAll(() => server.stop());

describe('a call with a long history', () => {
  it('continues as new and loses, doubles and refuses no report', async () => {
    const rig = await startRig({ address: server.address });
    const { callId } = (await rig.start()).state;
    await rig.engine.command(callId, 'accept', byCallee);
    const kinds = [];
    for (let index = 0; index < 60; index += 1) {
      const stage = index % 2 === 0 ? 'joined' : 'muted';
      const who = index % 4 < 2 ? byCaller : byCallee;
      kinds.push((await rig.engine.command(callId, 'media-state', { ...who, stage })).kind);
    }
    expect(kinds).toEqual(kinds.map(() => 'done'));
    const before = await rig.engine.state(callId);
    expect(before?.version).toBe(62);
    const ended = await rig.engine.command(callId, 'hangup', byCaller);
    expect(ended).toMatchObject({ kind: 'done', state: { version: 63, endedBy: CALLER } });
    await rig.result(callId);
    const told = rig.written.flatMap(({ events }) => events.map(({ version }) => version));
    expect([...new Set(told)]).toEqual(Array.from({ length: 63 }, (_, index) => index + 1));
    const { historyLength } = await rig.client.workflow
      .getHandle(callWorkflowId(callId))
      .describe();
    expect(historyLength).toBeLessThan(120);
  });

  it('carries its deadline and timeline over', async () => {
    const rig = await startRig({ address: server.address });
    const { callId } = (await rig.start({ ringTimeoutMs: 20_000 })).state;
    const handle = rig.client.workflow.getHandle(callWorkflowId(callId));
    const first = await handle.describe();
    const ringUntil = (await rig.engine.state(callId))?.ring.until ?? 0;
    for (let index = 0; index < 16; index += 1) {
      const stage = index % 2 === 0 ? 'joined' : 'muted';
      await rig.engine.command(callId, 'media-state', { ...byCaller, stage });
    }
    const result = await rig.result(callId);
    expect(result).toMatchObject({ status: 'ended', cause: 'no_answer', version: 18 });
    expect((await handle.describe()).runId).not.toBe(first.runId);
    const { endedAt = 0, ring } = rig.written.at(-1)?.state ?? {};
    expect(ring?.until).toBe(ringUntil);
    expect(endedAt).toBeGreaterThanOrEqual(ringUntil);
    expect(endedAt).toBeLessThan(ringUntil + 10_000);
    const timeline = await handle.query<readonly { what: string }[]>('timeline');
    expect(timeline[0]?.what).toBe('v1 incoming, 20002');
  });
});
