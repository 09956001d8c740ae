import { describe, expect, it } from 'vitest';
import { createTwilioTelephony } from '../../../src/providers/twilio/telephony.js';
import { TWILIO } from '../../support/twilio.js';
import { CALLEE, CALLER, callsTo, line, placedOn, scriptAt, statusOf } from './fixtures.js';

describe('placing', () => {
  it('calls the caller from our number, and follows all that becomes of the call', async () => {
    const there = await line();
    const placed = await there.telephony.place(there.dial);
    const [call] = callsTo(there, CALLER);
    expect(placed).toEqual({ kind: 'accepted', providerCallId: call?.sid });
    expect(call?.request).toMatchObject({
      from: TWILIO.number,
      events: ['initiated', 'ringing', 'answered', 'completed'],
      ringMs: 60_000,
      limitMs: 180_000,
    });
    expect(call?.request.statusCallback).toMatch(
      /\/behind\/webhooks\/twilio\/45001x7Rk2QpLm9\/caller$/,
    );
  });

  it.each([
    ['that it is the numbers, of a number that is none', { caller: '+1' }, {}, 'numbers', '21211'],
    [
      'that it is the account, of a number of ours that is not',
      {},
      { callerNumber: CALLEE },
      'account',
      '21210',
    ],
    ['that it is the account, of a wrong token', {}, { authToken: 'another' }, 'account', '20003'],
  ])('says %s', async (_what, dial, change, reason, code) => {
    const there = await line();
    const { authToken = TWILIO.authToken, ...script } = change as Record<string, string>;
    const telephony = createTwilioTelephony({
      ...TWILIO,
      authToken,
      url: there.simulator.url,
      script: { ...scriptAt('http://127.0.0.1:1', 'none'), ...script },
    });
    const placed = await telephony.place({ ...there.dial, ...dial });
    expect(placed).toEqual({ kind: 'refused', reason, evidence: { code } });
    expect(there.simulator.control.ledger().calls).toEqual([]);
  });

  it('says that nothing was sent where nobody can be reached', async () => {
    const there = await line();
    await there.simulator.stop();
    expect(await there.telephony.place(there.dial)).toMatchObject({
      kind: 'refused',
      reason: 'not_sent',
    });
  });

  it('is not repeated when there were too many, and says so', async () => {
    const there = await line();
    const { control } = there.simulator;
    control.fault({ on: 'POST Calls', kind: 'code', code: 20429, status: 429, times: 5 });
    expect(await there.telephony.place(there.dial)).toMatchObject({ reason: 'throttled' });
    expect(control.ledger().requests).toEqual({ 'POST Calls': 1 });
  });
});

describe('a placing that was answered with an error', () => {
  it('is no refusal where nobody knows its code', async () => {
    const there = await line();
    there.simulator.control.fault({ on: 'POST Calls', kind: 'code', code: 63_999, status: 400 });
    expect(await there.telephony.place(there.dial)).toMatchObject({ kind: 'unknown' });
  });

  it('is no answer to a cancel or a question either, with such a code', async () => {
    const there = await line();
    const providerCallId = await placedOn(there);
    const { account, telephony, simulator } = there;
    const nobodyKnows = { kind: 'code', code: 63_999, status: 400 } as const;
    simulator.control.fault({ on: 'POST Call', ...nobodyKnows });
    simulator.control.fault({ on: 'GET Call', ...nobodyKnows });
    const cancel = { account, providerCallId, guard: 'always' } as const;
    expect(await telephony.cancel(cancel)).toMatchObject({ kind: 'unknown' });
    const answer = await telephony.query(providerCallId);
    expect(answer).toEqual({ kind: 'unspecified', word: 'code 63999' });
  });
});

describe('a placing that was not answered', () => {
  it.each([
    ['lost', { kind: 'lose-answer' }],
    ['broken off', { kind: 'malformed' }],
    ['hidden by a gateway', { kind: 'status', status: 502 }],
    ['an error of Twilio’s after the call was made', { kind: 'code', effect: true }],
  ] as const)('is found in the list and never sent again: %s', async (_what, fault) => {
    const there = await line();
    there.simulator.control.fault({ on: 'POST Calls', ...fault });
    const placed = await there.telephony.place(there.dial);
    const calls = callsTo(there, CALLER);
    expect(calls).toHaveLength(1);
    expect(placed).toEqual({ kind: 'accepted', providerCallId: calls[0]?.sid });
    expect(there.simulator.control.ledger().requests['POST Calls']).toBe(1);
  });

  it.each([
    ['nothing is listed', { kind: 'code', effect: false }, 0],
    ['two are listed', { kind: 'twice' }, 2],
  ] as const)('stays unknown when %s', async (_what, fault, calls) => {
    const there = await line();
    const { control } = there.simulator;
    if (fault.kind === 'twice') {
      await there.telephony.place(there.dial);
      control.fault({ on: 'POST Calls', kind: 'lose-answer' });
    } else {
      control.fault({ on: 'POST Calls', ...fault });
    }
    expect((await there.telephony.place(there.dial)).kind).toBe('unknown');
    expect(callsTo(there, CALLER)).toHaveLength(calls);
  });

  it('is found while it is queued, when Twilio says nothing of its time', async () => {
    const there = await line({ dialAfterMs: 60_000 });
    there.simulator.control.fault({ on: 'POST Calls', kind: 'lose-answer' });
    const placed = await there.telephony.place(there.dial);
    const [call] = callsTo(there, CALLER);
    expect([call?.status, placed]).toEqual([
      'queued',
      { kind: 'accepted', providerCallId: call?.sid },
    ]);
  });

  it('is not taken for one that is over already', async () => {
    const there = await line({ phone: { rejectsAfterMs: 0 } });
    there.simulator.control.fault({ on: 'POST Calls', kind: 'lose-answer' });
    expect((await there.telephony.place(there.dial)).kind).toBe('unknown');
    expect(statusOf(there, CALLER)).toBe('busy');
  });
});

describe('cancelling', () => {
  const guard = 'before_callee_answers';

  it('is done while the caller’s phone rings', async () => {
    const there = await line();
    const providerCallId = await placedOn(there);
    const { account } = there;
    await expect.poll(() => statusOf(there, CALLER)).toBe('ringing');
    expect(await there.telephony.cancel({ account, providerCallId, guard })).toEqual({
      kind: 'cancelled',
    });
    expect(statusOf(there, CALLER)).toBe('canceled');
  });

  it('is done while the callee’s phone rings, and leaves neither ringing', async () => {
    const there = await line();
    there.simulator.control.script({ number: CALLER, phone: { answersAfterMs: 0 } });
    const providerCallId = await placedOn(there);
    const { account } = there;
    await expect.poll(() => statusOf(there, CALLEE)).toBe('ringing');
    const strict = { account, providerCallId, guard: 'before_caller_answers' } as const;
    expect((await there.telephony.cancel(strict)).kind).toBe('declined');
    expect((await there.telephony.cancel({ account, providerCallId, guard })).kind).toBe(
      'cancelled',
    );
    expect(statusOf(there, CALLEE)).toBe('canceled');
    await expect.poll(() => statusOf(there, CALLER)).toBe('completed');
  });

  it('before an answer is declined once that has come; a hangup has no guard', async () => {
    const there = await line({ phone: { answersAfterMs: 0 } });
    const providerCallId = await placedOn(there);
    const { account, telephony } = there;
    await expect.poll(() => statusOf(there, CALLEE)).toBe('in-progress');
    expect((await telephony.cancel({ account, providerCallId, guard })).kind).toBe('declined');
    expect(statusOf(there, CALLEE)).toBe('in-progress');
    const hangup = { account, providerCallId, guard: 'always' } as const;
    expect((await telephony.cancel(hangup)).kind).toBe('cancelled');
    await expect.poll(() => statusOf(there, CALLEE)).toBe('completed');
  });

  it('before an answer is declined also where a list does not show yet who answered', async () => {
    const there = await line({ phone: { answersAfterMs: 0 } });
    const providerCallId = await placedOn(there);
    const { account, telephony, simulator } = there;
    await expect.poll(() => statusOf(there, CALLEE)).toBe('in-progress');
    simulator.control.fault({ on: 'GET Calls', kind: 'behind' });
    expect((await telephony.cancel({ account, providerCallId, guard })).kind).toBe('declined');
    expect(statusOf(there, CALLEE)).toBe('in-progress');
  });

  it('of a call that is over is declined, and a question says that it is over', async () => {
    const there = await line({ phone: { rejectsAfterMs: 0 } });
    const providerCallId = await placedOn(there);
    const { account, telephony } = there;
    await expect.poll(() => statusOf(there, CALLER)).toBe('busy');
    for (const each of ['always', guard] as const) {
      const cancel = { account, providerCallId, guard: each };
      expect((await telephony.cancel(cancel)).kind).toBe('declined');
    }
    expect(await telephony.query(providerCallId)).toMatchObject({
      kind: 'over',
      end: { cause: 'no_answer', evidence: 'caller busy' },
    });
  });

  it.each(['lose-answer', 'status'] as const)('is unknown when %s befalls it', async (kind) => {
    const there = await line();
    const providerCallId = await placedOn(there);
    const cancel = { account: there.account, providerCallId, guard: 'always' } as const;
    there.simulator.control.fault({ on: 'POST Call', kind, effect: false });
    expect((await there.telephony.cancel(cancel)).kind).toBe('unknown');
  });
});

const CONFIRMS = { pressesKeyAfterMs: 0 };

describe('asking for the state', () => {
  it('says how far both calls have come together', async () => {
    const there = await line({ confirms: 'key' });
    const providerCallId = await placedOn(there);
    const { telephony, simulator } = there;
    const query = () => telephony.query(providerCallId);
    const act = (sid: string | undefined, does: 'answer' | 'hangUp' | 'pressKey') => () =>
      simulator.control.act({ sid: sid ?? '', does });
    await expect.poll(query).toEqual({ kind: 'live', stage: 'caller_ringing' });
    act(providerCallId, 'answer')();
    expect(await query()).toEqual({ kind: 'live', stage: 'caller_answered' });
    await expect.poll(act(providerCallId, 'pressKey')).toBe(true);
    await expect.poll(query).toEqual({ kind: 'live', stage: 'callee_ringing' });
    const child = () => callsTo(there, CALLEE)[0]?.sid;
    await expect.poll(() => act(child(), 'answer')()).toBe(true);
    expect(await query()).toEqual({ kind: 'live', stage: 'bridged' });
    act(child(), 'hangUp')();
    const talked = { cause: 'hangup', evidence: 'callee completed' };
    await expect.poll(query).toMatchObject({ kind: 'over', end: talked });
    const over = await query();
    const { acceptedAt = 0, at = 0 } = (over.kind === 'over' && over.end) || {};
    expect(acceptedAt).toBeGreaterThan(Date.now() - 60_000);
    expect(at).toBeGreaterThanOrEqual(acceptedAt);
  });

  it.each([
    ['nobody was dialled', {}, {}, 'cancelled', 'caller completed'],
    ['the other rejects', CONFIRMS, { rejectsAfterMs: 0 }, 'busy', 'callee busy'],
    ['the other never answers', CONFIRMS, {}, 'no_answer', 'callee no-answer'],
  ])(
    'of an answered call that is over, in which %s, says so',
    async (_what, caller, callee, cause, evidence) => {
      const there = await line({ confirms: 'key', speed: 100 });
      there.simulator.control.script({ number: CALLER, phone: { answersAfterMs: 0, ...caller } });
      there.simulator.control.script({ number: CALLEE, phone: callee });
      const providerCallId = await placedOn(there);
      await expect.poll(() => statusOf(there, CALLER)).toBe('completed');
      expect(await there.telephony.query(providerCallId)).toMatchObject({
        kind: 'over',
        end: { cause, evidence },
      });
    },
  );

  it('of a call that is over looks for the other one again where a list is behind', async () => {
    const there = await line({ phone: { answersAfterMs: 0 } });
    const phone = { answersAfterMs: 0, hangsUpAfterMs: 50 };
    there.simulator.control.script({ number: CALLEE, phone });
    const providerCallId = await placedOn(there);
    await expect.poll(() => statusOf(there, CALLER)).toBe('completed');
    expect(statusOf(there, CALLEE)).toBe('completed');
    there.simulator.control.fault({ on: 'GET Calls', kind: 'behind' });
    expect(await there.telephony.query(providerCallId)).toMatchObject({
      kind: 'over',
      end: { cause: 'hangup', evidence: 'callee completed' },
    });
  });

  it('of a call that is not known is declined', async () => {
    const there = await line();
    const sid = `CA${'0'.repeat(32)}`;
    expect(await there.telephony.query(sid)).toMatchObject({ kind: 'declined' });
  });
});
