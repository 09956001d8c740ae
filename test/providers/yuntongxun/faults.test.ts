import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { PhoneEvidence } from '../../../src/ports/telephony.js';
import { verdictOf } from '../../../src/providers/yuntongxun/codes.js';
import type { Fault } from '../../../src/simulators/fault-rules.js';
import type { FaultKind } from '../../../src/simulators/yuntongxun/faults.js';
import { line, placedOn, telephonyAt } from './fixtures.js';

type Case = [
  fault: Omit<Fault<FaultKind>, 'on'>,
  evidence: PhoneEvidence,
  /** Whether phones ring for a request that meets it. */
  rings: boolean,
];

const FAULTS: readonly Case[] = [
  [{ kind: 'lose-answer' }, { fault: 'connection' }, true],
  [{ kind: 'lose-answer', effect: false }, { fault: 'connection' }, false],
  [{ kind: 'status', status: 502 }, { fault: 'http-status', httpStatus: 502 }, true],
  [{ kind: 'malformed' }, { fault: 'unreadable' }, true],
  [{ kind: 'code', code: 111_000, effect: true }, { code: '111000' }, true],
  [{ kind: 'slow-answer', ms: 4_500 }, { fault: 'timeout' }, true],
];
/** Nobody knows what they mean; some of them are said of text messages. */
const UNLISTED = [112_300, 160_040, 172_001, 200_000, 999_999];

describe('a placing that meets', () => {
  it.each(FAULTS)('%o is unknown, sent once and no more', async (fault, evidence, rings) => {
    const { telephony, dial, simulator } = await line();
    simulator.control.fault({ on: 'Calls/Callback', ...fault });
    expect(await telephony.place(dial)).toEqual({ kind: 'unknown', evidence });
    expect(simulator.control.faults().map(({ fired }) => fired)).toEqual([1]);
    const { calls, requests } = simulator.control.ledger();
    expect(calls).toHaveLength(rings ? 1 : 0);
    expect(requests['Calls/Callback']).toBe(1);
  });

  it.each(UNLISTED)(
    'the code %d, which nobody knows, is unknown and not redialled',
    async (code) => {
      const { telephony, dial, simulator } = await line();
      simulator.control.fault({ on: 'Calls/Callback', kind: 'code', code, effect: true });
      const evidence = { code: String(code) };
      expect(await telephony.place(dial)).toEqual({ kind: 'unknown', evidence });
      const { calls, requests } = simulator.control.ledger();
      expect([calls.length, requests['Calls/Callback']]).toEqual([1, 1]);
    },
  );

  it('an answer that names no call is unknown', async () => {
    const { telephony, dial, simulator } = await line();
    simulator.control.fault({ on: 'Calls/Callback', kind: 'bare' });
    expect(await telephony.place(dial)).toEqual({
      kind: 'unknown',
      evidence: { fault: 'unreadable' },
    });
  });

  it('nobody at the other end was not sent, and rings nobody', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { dial } = await line();
    const away = telephonyAt(`http://127.0.0.1:${port}`);
    expect(await away.place(dial)).toEqual({
      kind: 'refused',
      reason: 'not_sent',
      evidence: { fault: 'not-sent' },
    });
    expect(await away.query('x')).toMatchObject({ kind: 'unknown' });
  });
});

describe('a cancel that meets', () => {
  it.each(FAULTS)('%o is unknown, and settled by asking again', async (fault, evidence, effect) => {
    const there = await line();
    const providerCallId = await placedOn(there);
    there.simulator.control.fault({ on: 'Calls/CallCancel', ...fault });
    const { account, telephony } = there;
    const cancel = () => telephony.cancel({ account, providerCallId, guard: 'always' });
    expect(await cancel()).toEqual({ kind: 'unknown', evidence });
    expect((await cancel()).kind).toBe(effect ? 'declined' : 'cancelled');
  });

  it.each([[111_109], [111_111], [111_142]])(
    'a refusal of our account (%d) says nothing of the call',
    async (code) => {
      const there = await line();
      const providerCallId = await placedOn(there);
      there.simulator.control.fault({ on: 'Calls/CallCancel', kind: 'code', code });
      const { account, telephony } = there;
      const cancel = { account, providerCallId, guard: 'always' } as const;
      expect((await telephony.cancel(cancel)).kind).toBe('unknown');
    },
  );
});

describe('a code that nobody knows', () => {
  const unlisted = (on: string) => ({ on, kind: 'code', code: 200_000 }) as const;

  it('proves nothing of a call: a cancel is to be asked again, a question says nothing', async () => {
    const there = await line();
    const providerCallId = await placedOn(there);
    const { account, simulator, telephony } = there;
    for (const on of ['Calls/CallCancel', 'ivr/call']) simulator.control.fault(unlisted(on));
    const evidence = { code: '200000' };
    const cancel = { account, providerCallId, guard: 'before_callee_answers' } as const;
    expect(await telephony.cancel(cancel)).toEqual({ kind: 'unknown', evidence });
    expect(await telephony.query(providerCallId)).toEqual({
      kind: 'unspecified',
      word: 'code 200000',
    });
  });

  it('makes no sub-account', async () => {
    const { simulator, telephony } = await line();
    simulator.control.fault(unlisted('SubAccounts'));
    const refused = { kind: 'refused', reason: 'numbers', evidence: { code: '200000' } };
    expect(await telephony.subAccount('switchyard-1')).toEqual(refused);
  });
});

it.each([
  ['000000', { kind: 'done' }],
  ['0000', { kind: 'done' }],
  ['111000', { kind: 'outcome-unknown' }],
  ['111099', { kind: 'outcome-unknown' }],
  ['111100', { kind: 'refused', reason: 'account' }],
  ['111111', { kind: 'refused', reason: 'throttled' }],
  ['111142', { kind: 'refused', reason: 'account' }],
  ['111150', { kind: 'exists' }],
  ['111181', { kind: 'refused', reason: 'account' }],
  ['111212', { kind: 'refused', reason: 'account' }],
  ['111702', { kind: 'refused', reason: 'numbers' }],
  ['111999', { kind: 'refused', reason: 'numbers' }],
  ['110999', { kind: 'unlisted' }],
  ['112000', { kind: 'unlisted' }],
  ['172001', { kind: 'unlisted' }],
  ['whatever', { kind: 'outcome-unknown' }],
])('takes the code %s for %o', (code, verdict) => {
  expect(verdictOf(code)).toEqual(verdict);
});
