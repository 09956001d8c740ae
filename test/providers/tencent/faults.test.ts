import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ProviderEvidence } from '../../../src/ports/robot-calls.js';
import type { Fault } from '../../../src/simulators/fault-rules.js';
import type { FaultKind } from '../../../src/simulators/tencent/faults.js';
import { type Line, line, PLACING, placed, robotCallsAt } from './fixtures.js';

type Case = [
  fault: Omit<Fault<FaultKind>, 'on'>,
  evidence: ProviderEvidence,
  /** Whether the phone rings for a start that meets it. */
  rings: boolean,
];

const FAULTS: readonly Case[] = [
  [{ kind: 'lose-answer' }, { fault: 'connection' }, true],
  [{ kind: 'lose-answer', effect: false }, { fault: 'connection' }, false],
  [{ kind: 'status', status: 502 }, { fault: 'http-status', httpStatus: 502 }, true],
  [
    { kind: 'status', status: 503, effect: false },
    { fault: 'http-status', httpStatus: 503 },
    false,
  ],
  [{ kind: 'malformed' }, { fault: 'unreadable' }, true],
  [{ kind: 'code', code: 60008, effect: true }, { code: 60008 }, true],
  [{ kind: 'code', code: 101001, effect: true }, { code: 101001 }, true],
];

const firedOnce = ({ simulator }: Line) => {
  expect(simulator.control.faults().map(({ fired }) => fired)).toEqual([1]);
};

describe('a start that meets', () => {
  it.each(FAULTS)('%o is unknown, sent once and no more', async (fault, evidence, rings) => {
    const there = await line();
    const { control } = there.simulator;
    control.fault({ on: 'start_call_by_robot', ...fault });
    expect(await there.robotCalls.place(PLACING)).toMatchObject({ kind: 'unknown', evidence });
    firedOnce(there);
    expect(control.ledger().calls).toHaveLength(rings ? 1 : 0);
    expect(control.ledger().requests.start_call_by_robot).toBe(1);
  });

  it('an answer that names no call is unknown, and one that names little is accepted', async () => {
    const there = await line();
    const on = 'start_call_by_robot';
    there.simulator.control.fault({ on, kind: 'no-call-id' });
    there.simulator.control.fault({ on, kind: 'bare' });
    expect(await there.robotCalls.place(PLACING)).toMatchObject({ kind: 'unknown' });
    expect(await there.robotCalls.place(PLACING)).toMatchObject({ kind: 'accepted' });
    expect(there.simulator.control.faults().map(({ fired }) => fired)).toEqual([1, 1]);
  });

  it('a long silence is given up after five seconds, which is no proof that nobody rings', async () => {
    const rung = async (fault: Omit<Fault<FaultKind>, 'on'>) => {
      const there = await line();
      there.simulator.control.fault({ on: 'start_call_by_robot', ...fault });
      const sentAt = performance.now();
      const outcome = await there.robotCalls.place(PLACING);
      const waited = performance.now() - sentAt;
      firedOnce(there);
      const calls = () => there.simulator.control.ledger().calls.length;
      await expect.poll(calls).toBe(1);
      return { outcome, waited };
    };
    const [patient, silent, late] = await Promise.all([
      // Tencent itself may take three seconds.
      rung({ kind: 'slow-answer', ms: 3_100 }),
      rung({ kind: 'slow-answer', ms: 7_000 }),
      rung({ kind: 'slow-effect', ms: 7_000 }),
    ]);
    expect(patient.outcome).toMatchObject({ kind: 'accepted' });
    for (const { outcome, waited } of [silent, late]) {
      expect(outcome).toMatchObject({ kind: 'unknown', evidence: { fault: 'timeout' } });
      expect(waited).toBeGreaterThan(4_500);
    }
  });

  it('nobody at the other end was not sent, and rings nobody', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const robotCalls = robotCallsAt(`http://127.0.0.1:${port}`);
    expect(await robotCalls.place(PLACING)).toEqual({
      kind: 'refused',
      reason: 'unavailable',
      evidence: { fault: 'not-sent' },
    });
    expect(await robotCalls.lookUp('x')).toEqual({
      kind: 'unknown',
      throttled: false,
      evidence: { fault: 'not-sent' },
    });
  });
});

describe('an end that meets', () => {
  it.each(FAULTS)(
    '%o is unknown, and settled by asking again',
    async (fault, evidence, takesEffect) => {
      const there = await line();
      const callId = await placed(there);
      there.simulator.control.fault({ on: 'end_call', ...fault });
      expect(await there.robotCalls.end(callId)).toMatchObject({ kind: 'unknown', evidence });
      firedOnce(there);
      expect(await there.robotCalls.end(callId)).toMatchObject({
        kind: takesEffect ? 'gone' : 'ended',
      });
    },
  );

  it('a middleman that sends it twice is over all the same', async () => {
    const there = await line();
    const callId = await placed(there);
    there.simulator.control.fault({ on: 'end_call', kind: 'twice' });
    expect(await there.robotCalls.end(callId)).toMatchObject({ kind: 'gone' });
    firedOnce(there);
  });
});

describe('a look-up and a record that meet', () => {
  it.each(FAULTS)('%o are unknown, and answered the next time', async (fault, evidence) => {
    const there = await line();
    const callId = await placed(there);
    const { control } = there.simulator;
    control.fault({ on: 'get_call_info', ...fault });
    expect(await there.robotCalls.lookUp(callId)).toMatchObject({ kind: 'unknown', evidence });
    expect(await there.robotCalls.lookUp(callId)).toMatchObject({ kind: 'live' });
    await there.robotCalls.end(callId);
    control.fault({ on: 'get_record_by_callid', ...fault });
    expect(await there.robotCalls.record(callId)).toMatchObject({ kind: 'unknown', evidence });
    expect(await there.robotCalls.record(callId)).toMatchObject({ kind: 'record' });
    expect(control.faults().map(({ fired }) => fired)).toEqual([1, 1]);
  });
});
