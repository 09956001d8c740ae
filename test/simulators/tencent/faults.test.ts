import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../src/simulators/tencent/faults.js';
import type { TencentSimulator } from '../../../src/simulators/tencent/simulator.js';
import { END, INFO, post, START, send, simulator, startBody, started } from './fixtures.js';

const body = JSON.stringify(startBody(['jack']));
const ring = (running: TencentSimulator) => send(running.url, START, body);
const rung = (running: TencentSimulator) => running.control.ledger().calls.length;

const order = async (running: TencentSimulator, name: string, parameters: object = {}) => {
  const answer = await fetch(`${running.url}/control/${name}`, {
    method: 'POST',
    body: JSON.stringify(parameters),
  });
  return { status: answer.status, body: answer.ok ? ((await answer.json()) as unknown) : null };
};

describe('a fault', () => {
  const on = 'start_call_by_robot';

  it('that loses the answer breaks the connection after the phone has rung', async () => {
    const running = await simulator();
    running.control.fault({ on, kind: 'lose-answer' });
    await expect(ring(running)).rejects.toThrow();
    expect(rung(running)).toBe(1);
  });

  it('that loses the request rings nobody', async () => {
    const running = await simulator();
    running.control.fault({ on, kind: 'lose-answer', effect: false });
    await expect(ring(running)).rejects.toThrow();
    expect(rung(running)).toBe(0);
  });

  it.each<FaultKind>(['slow-effect', 'slow-answer'])('of kind %s keeps waiting', async (kind) => {
    const running = await simulator();
    running.control.fault({ on, kind, ms: 700 });
    const sentAt = Date.now();
    expect((await ring(running)).status).toBe(200);
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(690);
    const ringsAfter = (running.control.ledger().calls[0]?.startedAt ?? 0) - sentAt;
    if (kind === 'slow-effect') expect(ringsAfter).toBeGreaterThanOrEqual(690);
  });

  it('that is slow to take effect rings although the client has hung up', async () => {
    const running = await simulator();
    running.control.fault({ on, kind: 'slow-effect', ms: 3_000 });
    const client = new AbortController();
    const sent = send(running.url, START, body, {}, client.signal);
    await expect.poll(() => running.control.faults()[0]?.fired).toBe(1);
    client.abort();
    await expect(sent).rejects.toThrow();
    expect(rung(running)).toBe(0);
    await expect.poll(() => rung(running)).toBe(1);
  });

  it('that is meant for one robot passes by the calls of others', async () => {
    const running = await simulator();
    const byRobot = (robot: string) =>
      post(running, START, { ...startBody(['jack']), Robot_Account: robot });
    running.control.fault({ on, kind: 'code', code: 60008, robot: 'r2' });
    running.control.fault({ on: 'get_call_info', kind: 'code', code: 60008, robot: 'r1' });
    const CallId = (await byRobot('r1')).Response?.CallId;
    expect(await byRobot('r2')).toMatchObject({ ErrorCode: 60008 });
    const other = (await byRobot('r2')).Response?.CallId;
    expect(await post(running, INFO, { CallId: other })).toMatchObject({ ErrorCode: 0 });
    expect(await post(running, INFO, { CallId })).toMatchObject({ ErrorCode: 60008 });
    expect(running.control.faults().map(({ fired }) => fired)).toEqual([1, 1]);
  });

  it('of HTTP has its status, and an effect only if that is not ruled out', async () => {
    const running = await simulator();
    running.control.fault({ on, kind: 'status', status: 503 });
    running.control.fault({ on, kind: 'status', effect: false });
    expect((await ring(running)).status).toBe(503);
    expect((await ring(running)).status).toBe(502);
    expect(rung(running)).toBe(1);
  });

  it('that breaks the answer off leaves it unreadable', async () => {
    const running = await simulator();
    running.control.fault({ on, kind: 'malformed' });
    const text = await (await ring(running)).text();
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(rung(running)).toBe(1);
  });

  it('with a code is a FAIL of this code, without effect unless that is asked for', async () => {
    const running = await simulator();
    running.control.fault({ on, kind: 'code', code: 60008 });
    running.control.fault({ on, kind: 'code', code: 60008, effect: true });
    expect(await (await ring(running)).json()).toMatchObject({
      ActionStatus: 'FAIL',
      ErrorCode: 60008,
    });
    expect(rung(running)).toBe(0);
    expect(await (await ring(running)).json()).toMatchObject({ ErrorCode: 60008 });
    expect(rung(running)).toBe(1);
  });

  it('that doubles a command ends a call once and answers that it is gone', async () => {
    const running = await simulator();
    running.control.fault({ on: 'end_call', kind: 'twice' });
    const CallId = await started(running);
    expect(await post(running, END, { CallId })).toMatchObject({ ErrorCode: 101004 });
  });

  it('leaves out what the documents leave out in places', async () => {
    const running = await simulator();
    running.control.fault({ on, kind: 'no-call-id' });
    running.control.fault({ on, kind: 'bare' });
    expect(await (await ring(running)).json()).toEqual({
      ActionStatus: 'OK',
      ErrorCode: 0,
      ErrorInfo: '',
      RequestId: expect.any(String),
    });
    expect(await (await ring(running)).json()).toEqual({
      ActionStatus: 'OK',
      ErrorCode: 0,
      Response: { CallId: expect.any(String), CallResult: expect.any(Array) },
    });
  });
});

describe('the control endpoint', () => {
  it('orders faults for their command, and counts how often each has fired', async () => {
    const running = await simulator();
    const fault = { on: 'get_call_info', kind: 'code', code: 60007, times: 2 };
    expect(await order(running, 'fault', fault)).toEqual({ status: 200, body: null });
    await order(running, 'fault', { on: 'end_call', kind: 'malformed' });
    const CallId = await started(running);
    const codes: number[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      codes.push((await post(running, INFO, { CallId })).ErrorCode);
    }
    expect(codes).toEqual([60007, 60007, 0]);
    expect(await order(running, 'faults')).toEqual({
      status: 200,
      body: [
        { fault, fired: 2 },
        { fault: { on: 'end_call', kind: 'malformed' }, fired: 0 },
      ],
    });
    await order(running, 'clearFaults');
    expect((await order(running, 'faults')).body).toEqual([]);
  });

  it('scripts callees, acts for them, and shows the ledger', async () => {
    const running = await simulator();
    await order(running, 'script', { user: 'jack', devices: [{ does: 'nothing' }] });
    const callId = await started(running);
    expect(await order(running, 'act', { callId, user: 'jack', action: 'Accept' })).toEqual({
      status: 200,
      body: true,
    });
    expect((await order(running, 'ledger')).body).toMatchObject({
      requests: { start_call_by_robot: 1 },
      calls: [
        {
          id: callId,
          acceptedAt: expect.any(Number),
          log: [{ what: 'started' }, { what: 'Accept', account: 'jack' }],
        },
      ],
      callbacks: [],
    });
  });

  it('knows no other order', async () => {
    expect(await order(await simulator(), 'constructor')).toEqual({ status: 404, body: null });
  });
});
