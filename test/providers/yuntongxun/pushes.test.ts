import { describe, expect, it } from 'vitest';
import type { PhonePush, RawPush } from '../../../src/ports/phone-pushes.js';
import { createYuntongxunPushes } from '../../../src/providers/yuntongxun/pushes.js';

const SECRET = 'a-secret-end-of-a-path';
const pushes = createYuntongxunPushes({ secret: SECRET });
const SID = '160606162442635300010185003810f4';
const AT = Date.UTC(2016, 5, 6, 8, 24, 42);

const xml = (root: string, members: Record<string, string>): string =>
  `<?xml version="1.0"?><${root}>${Object.entries(members)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</${root}>`;

const raw = (name: string, body: string, key = SECRET): RawPush => ({
  key,
  name,
  body,
  target: `/webhooks/yuntongxun/${key}/${name}`,
  headers: {},
});

function heard(name: string, body: string) {
  const read = pushes.read(raw(name, body));
  if (read === undefined) throw new Error('no push');
  return read;
}
const read = (name: string, body: string): PhonePush => heard(name, body).push;

const known = { callSid: SID, userData: 'a-token', caller: '13800138000', called: '13900139000' };
const over = (byetype: string, more: Record<string, string> = {}) =>
  read('Hangup', xml('request', { ...known, byetype, ...more })).reports.find(
    ({ type }) => type === 'over',
  );

describe('a push', () => {
  it('is admitted only below the secret path', () => {
    expect(pushes.admits(raw('CDR', '', SECRET))).toBe(true);
    for (const wrong of ['', 'a', `${SECRET}x`, SECRET.toUpperCase()]) {
      expect(pushes.admits(raw('CDR', '', wrong))).toBe(false);
    }
  });

  it('of a question names the call that would be dialled', () => {
    const body = xml('request', { action: 'CallAuth', type: '1', ...known });
    expect(read('CallAuth', body)).toEqual({
      kind: 'auth',
      token: 'a-token',
      providerCallId: SID,
      reports: [{ type: 'placed', providerCallId: SID }],
    });
  });

  it('is told by its action where all pushes come to one path', () => {
    const body = JSON.stringify({ action: 'CallEstablish', time: '20160606162442', ...known });
    expect(read('events', body)).toMatchObject({
      kind: 'established',
      reports: [{ type: 'placed' }, { type: 'bridged', at: AT }],
    });
  });

  it('carries no phone number into our words', () => {
    const cdr = { ...known, byetype: '3', starttime: '20160606162442', duration: '9' };
    for (const [name, root] of [
      ['CallAuth', 'request'],
      ['CallEstablish', 'request'],
      ['Hangup', 'request'],
      ['CDR', 'CDR'],
    ] as const) {
      expect(JSON.stringify(read(name, xml(root, cdr)))).not.toMatch(/13[89]00/);
    }
  });

  it.each([
    ['', 'nothing'],
    [xml('request', { userData: 'a-token' }), 'no call'],
    [xml('request', { ...known, callSid: 'x'.repeat(65) }), 'an id of 65 characters'],
    ['<request><callSid>1</callSid>', 'a message that breaks off'],
  ])('is not made of %s (%s)', (body) => {
    expect(pushes.read(raw('Hangup', body))).toBeUndefined();
  });

  it('of another name is none', () => {
    expect(pushes.read(raw('Sms', xml('request', known)))).toBeUndefined();
  });
});

describe('the end of a call', () => {
  it.each([
    ['1', 'hangup'],
    ['2', 'max_duration'],
    ['3', 'hangup'],
    ['4', 'hangup'],
    ['-1', 'rejected'],
    ['-2', 'no_answer'],
    ['-3', 'cancelled'],
    ['-4', 'unreachable'],
    ['-5', 'unreachable'],
    ['-6', 'provider_failed'],
    ['-7', 'provider_failed'],
    ['-8', 'no_answer'],
    ['-9', 'no_answer'],
    ['-10', 'no_answer'],
    ['-11', 'provider_failed'],
    ['-12', 'provider_failed'],
    ['-14', 'cancelled'],
    ['77', 'provider_failed'],
    ['', 'provider_failed'],
  ])('with byetype %s is %s', (byetype, cause) => {
    expect(over(byetype)).toMatchObject({
      type: 'over',
      cause,
      evidence: `byetype ${byetype || 'missing'}`,
    });
  });

  it('says who hung up, and that it was answered, where it was', () => {
    const times = { starttime: '20160606162442', endtime: '20160606162452' };
    expect(over('4', times)).toMatchObject({ by: 'callee', acceptedAt: AT, at: AT + 10_000 });
    // Before the callee answered, this is when the caller did.
    expect(over('-3', times)).toMatchObject({ by: 'caller' });
    expect(over('-3', times)).not.toHaveProperty('acceptedAt');
  });

  it.each(['xml', 'json'] as const)('is enriched by a record of both legs in %s', (format) => {
    const common = { ...known, byetype: '3', duration: '9' };
    const callerCdr = {
      ...common,
      ringingBeginTime: '20160606162442',
      starttime: '20160606162443',
      endtime: '20160606162455',
    };
    const calledCdr = {
      ...common,
      ringingBeginTime: '20160606162444',
      starttime: '20160606162446',
      endtime: '20160606162455',
    };
    const record = { orderid: 'CM', recordurl: 'http://a/b.wav', callerCdr, calledCdr };
    const inner = (members: Record<string, string>) => xml('x', members).slice(24, -4);
    const body =
      format === 'json'
        ? JSON.stringify(record)
        : `<CDR><recordurl>http://a/b.wav</recordurl><callerCdr>${inner(callerCdr)}</callerCdr><calledCdr>${inner(calledCdr)}</calledCdr></CDR>`;
    const push = read('CDR', body);
    expect(push).toMatchObject({ kind: 'cdr', token: 'a-token', providerCallId: SID });
    expect(push.reports).toEqual([
      { type: 'placed', providerCallId: SID },
      {
        type: 'over',
        cause: 'hangup',
        by: 'caller',
        at: AT + 13_000,
        acceptedAt: AT + 4_000,
        evidence: 'byetype 3',
      },
      {
        type: 'enriched',
        durationMs: 9_000,
        billedMs: 9_000,
        recordingUrl: 'http://a/b.wav',
        endWord: '3',
        callerLeg: { rangAt: AT, answeredAt: AT + 1_000, endedAt: AT + 13_000 },
        calleeLeg: { rangAt: AT + 2_000, answeredAt: AT + 4_000, endedAt: AT + 13_000 },
      },
    ]);
  });
});

describe('an acknowledgement', () => {
  const of = (name: string, body: string, allow: boolean) => heard(name, body).acknowledge(allow);

  it('has the provider’s form, in the format of the push', () => {
    expect(of('CDR', xml('CDR', known), true)).toEqual({
      contentType: 'application/xml;charset=utf-8',
      body: '<Response><statuscode>000000</statuscode></Response>',
    });
    expect(of('Hangup', JSON.stringify(known), false)).toEqual({
      contentType: 'application/json;charset=utf-8',
      body: '{"statuscode":"000000"}',
    });
  });

  it('forbids to dial by any other code', () => {
    expect(of('CallAuth', xml('request', known), false).body).toBe(
      '<Response><statuscode>000001</statuscode></Response>',
    );
    expect(of('CallAuth', xml('request', known), true).body).toContain('000000');
  });
});
