import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import type { RawPush } from '../../../src/ports/phone-pushes.js';
import { createTwilioPushes } from '../../../src/providers/twilio/pushes.js';
import { TWILIO } from '../../support/twilio.js';
import {
  CALLEE,
  CALLER,
  callsTo,
  type Line,
  line,
  placedOn,
  scriptAt,
  statusOf,
  TOKEN,
} from './fixtures.js';

const PUBLIC = 'https://calls.example.org/phones';
const script = scriptAt(PUBLIC, 'key');
const pushes = createTwilioPushes({ ...TWILIO, script });
const SID = `CA${'1'.repeat(32)}`;
const CHILD = `CA${'2'.repeat(32)}`;
const STAMP = 'Mon, 06 Jun 2016 08:24:42 +0000';
const AT = Date.UTC(2016, 5, 6, 8, 24, 42);

type Members = Readonly<Record<string, string>>;

interface Change {
  readonly url?: string;
  readonly token?: string;
  readonly query?: string;
}

/** As Twilio signs it, for the address that it was given. */
function posted(name: string, members: Members, change: Change = {}): RawPush {
  const target = `/webhooks/twilio/${TOKEN}/${name}${change.query ?? ''}`;
  const { url = PUBLIC + target, token = TWILIO.authToken } = change;
  const said = { AccountSid: TWILIO.accountSid, CallSid: SID, ...members };
  const signature = twilio.getExpectedTwilioSignature(token, url, said);
  const body = new URLSearchParams(said).toString();
  return { key: TOKEN, name, target, body, headers: { 'x-twilio-signature': signature } };
}

const reportsOf = (name: string, members: Members) =>
  pushes.read(posted(name, { Timestamp: STAMP, ...members }))?.push.reports.slice(1);

describe('a callback', () => {
  it('is admitted by its signature, made for the address that Twilio sees', () => {
    const ringing = { CallStatus: 'ringing', To: CALLER };
    expect(pushes.admits(posted('caller', ringing))).toBe(true);
    const inside = `http://10.0.0.7:3000/webhooks/twilio/${TOKEN}/caller`;
    const another = { ...ringing, AccountSid: `AC${'9'.repeat(32)}` };
    for (const strange of [
      posted('caller', ringing, { token: 'another' }),
      posted('caller', ringing, { url: inside }),
      posted('caller', another),
      { ...posted('caller', ringing), target: `/webhooks/twilio/another/caller` },
      { ...posted('caller', ringing), body: 'CallStatus=completed' },
      { ...posted('caller', ringing), headers: {} },
    ]) {
      expect(pushes.admits(strange)).toBe(false);
    }
  });

  it.each([
    ['caller', 'initiated', []],
    ['caller', 'ringing', [{ type: 'stage', stage: 'caller_ringing', at: AT }]],
    ['caller', 'in-progress', [{ type: 'stage', stage: 'caller_answered', at: AT }]],
    ['callee', 'initiated', [{ type: 'stage', stage: 'callee_ringing', at: AT }]],
    ['callee', 'ringing', [{ type: 'stage', stage: 'callee_ringing', at: AT }]],
    ['callee', 'in-progress', [{ type: 'bridged', at: AT }]],
  ])('of the %s’s call that is %s says how far it is', (name, CallStatus, reports) => {
    expect(reportsOf(name, { CallStatus, CallSid: CHILD, ParentCallSid: SID })).toEqual(reports);
  });

  it.each([
    ['caller', 'busy', 'no_answer'],
    ['caller', 'no-answer', 'no_answer'],
    ['caller', 'canceled', 'cancelled'],
    ['caller', 'failed', 'unreachable'],
    ['callee', 'completed', 'hangup'],
    ['callee', 'busy', 'busy'],
    ['callee', 'no-answer', 'no_answer'],
    ['callee', 'canceled', 'cancelled'],
    ['callee', 'failed', 'unreachable'],
  ])('of the %s’s call that is %s ends the call as %s', (name, CallStatus, cause) => {
    const [over] = reportsOf(name, { CallStatus, CallSid: CHILD, ParentCallSid: SID }) ?? [];
    const evidence = `${name} ${CallStatus}`;
    expect(over).toMatchObject({ type: 'over', cause, at: AT, evidence });
  });

  it('of an answered caller who is gone has it asked how it ended: the callee’s may be late', () => {
    const [said] = reportsOf('caller', { CallStatus: 'completed', CallDuration: '9' }) ?? [];
    expect(said).toEqual({ type: 'forgotten' });
  });

  it('of a talk that ended says when it began, and adds to the record', () => {
    const talked = { CallStatus: 'completed', CallDuration: '9' };
    expect(reportsOf('callee', { ...talked, CallSid: CHILD, ParentCallSid: SID })).toEqual([
      {
        type: 'over',
        cause: 'hangup',
        at: AT,
        acceptedAt: AT - 9_000,
        evidence: 'callee completed',
      },
      {
        type: 'enriched',
        durationMs: 9_000,
        endWord: 'completed',
        calleeLeg: { answeredAt: AT - 9_000, endedAt: AT },
      },
    ]);
    expect(reportsOf('caller', talked)?.[1]).toEqual({
      type: 'enriched',
      billedMs: 9_000,
      callerLeg: { answeredAt: AT - 9_000, endedAt: AT },
    });
  });

  it.each([
    ['caller', { CallStatus: 'levitating' }],
    ['callee', { CallStatus: 'ringing' }],
    ['caller', { CallStatus: 'ringing', CallSid: 'C'.repeat(65) }],
    ['another', { CallStatus: 'ringing' }],
  ])('is not made of what nobody knows: %s %o', (name, members) => {
    expect(pushes.read(posted(name, members))).toBeUndefined();
  });
});

describe('the question before the second call', () => {
  it('names the first, and is answered with a hangup where dialling is not allowed', () => {
    const read = pushes.read(posted('dial', { CallStatus: 'in-progress', Digits: '1' }));
    expect(read?.push).toMatchObject({ kind: 'auth', token: TOKEN, providerCallId: SID });
    expect(read?.acknowledge(false).body).toContain('<Response><Hangup/></Response>');
  });

  it('dials only the number that was sealed for this very call', () => {
    const answered = (sealedFor: string) => {
      const to = script.seal.seal(sealedFor, { callee: CALLEE, maxSeconds: 60 });
      const raw = posted('dial', { CallStatus: 'in-progress' }, { query: `?to=${to}` });
      expect(raw.target).not.toContain(CALLEE.slice(1));
      return pushes.read(raw)?.acknowledge(true).body;
    };
    expect(answered(TOKEN)).toContain(
      `<Dial answerOnBridge="true" callerId="${TWILIO.number}" timeout="60" timeLimit="60">`,
    );
    expect(answered(TOKEN)).toContain(`>${CALLEE}</Number>`);
    expect(answered('another token')).not.toContain('Dial');
  });
});

const questions = ({ heard }: Line) => heard.filter(({ kind }) => kind === 'auth').length;

describe('with both sides at work', () => {
  it('a caller waits while nobody can say whether to dial, and is joined as soon as somebody can', async () => {
    const there = await line({ phone: { answersAfterMs: 0 }, speed: 10 });
    there.allows = undefined;
    await placedOn(there);
    await expect.poll(() => questions(there)).toBeGreaterThan(2);
    expect([statusOf(there, CALLER), callsTo(there, CALLEE)]).toEqual(['in-progress', []]);
    there.allows = true;
    await expect.poll(() => statusOf(there, CALLEE)).toBe('in-progress');
  });

  it('a caller does not wait for ever', async () => {
    const there = await line({ phone: { answersAfterMs: 0 }, speed: 50 });
    there.allows = undefined;
    await placedOn(there);
    await expect.poll(() => statusOf(there, CALLER)).toBe('completed');
    expect([questions(there), callsTo(there, CALLEE)]).toEqual([8, []]);
  });

  it.each(['#', '*', '7'])(
    'a caller who presses %s is joined with the other side',
    async (presses) => {
      const phone = { answersAfterMs: 0, pressesKeyAfterMs: 0, presses };
      const there = await line({ confirms: 'key', phone });
      await placedOn(there);
      await expect.poll(() => statusOf(there, CALLEE)).toBe('in-progress');
    },
  );

  it('a talk that is cut at its longest is told from one that somebody hung up', async () => {
    const there = await line({ phone: { answersAfterMs: 0 } });
    await there.telephony.place({ ...there.dial, maxSeconds: 1 });
    await expect.poll(() => there.heard.at(-1)?.kind).toBe('hangup');
    const causes = there.heard
      .flatMap(({ reports }) => reports)
      .flatMap((report) => (report.type === 'over' ? [report.cause] : []));
    expect(causes).toEqual(['max_duration']);
  });

  it('a call is rung, answered, joined and hung up, and all of it is told', async () => {
    const there = await line({ phone: { answersAfterMs: 0 } });
    const providerCallId = await placedOn(there);
    await expect.poll(() => statusOf(there, CALLEE)).toBe('in-progress');
    const sid = callsTo(there, CALLEE)[0]?.sid ?? '';
    expect(there.simulator.control.act({ sid, does: 'hangUp' })).toBe(true);
    await expect.poll(() => there.heard.filter(({ kind }) => kind === 'hangup')).toHaveLength(2);
    const told = there.heard.flatMap(({ reports }) => reports);
    for (const type of ['placed', 'bridged', 'over'])
      expect(told.map((report) => report.type)).toContain(type);
    expect(there.heard.every((push) => push.providerCallId === providerCallId)).toBe(true);
    expect(there.heard.every(({ token }) => token === TOKEN)).toBe(true);
    expect(JSON.stringify(there.heard)).not.toMatch(/\+\d{6}/);
    expect(there.strange).toEqual([]);
  });

  it('nobody is dialled for a caller who presses no key, as a voicemail does not', async () => {
    const there = await line({ confirms: 'key', phone: { answersAfterMs: 0 }, speed: 20 });
    await placedOn(there);
    await expect.poll(() => statusOf(there, CALLER)).toBe('completed');
    expect(callsTo(there, CALLEE)).toEqual([]);
    expect(there.heard.map(({ kind }) => kind)).not.toContain('auth');
  });

  it('nobody is dialled where that is forbidden', async () => {
    const there = await line({ phone: { answersAfterMs: 0 } });
    there.allows = false;
    await placedOn(there);
    await expect.poll(() => statusOf(there, CALLER)).toBe('completed');
    expect(callsTo(there, CALLEE)).toEqual([]);
  });
});
