import { describe, expect, it } from 'vitest';
import type { ProviderReport } from '../../src/call/events.js';
import { newCall } from '../../src/call/new-call.js';
import type { EndCause } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import { callSidOf } from '../../src/contract/call-sid.js';
import { disagreements, type Row } from '../support/kills/kill-audit.js';
import { compareEnds, type Played } from '../support/kills/phone/audit.js';
import { disturbances, type Lived } from '../support/kills/phone/disturbance.js';
import type { Told } from '../support/kills/phone/people.js';
import type { PhoneFault, RungCall } from '../support/kills/phone/provider.js';
import { described, type Script } from '../support/kills/phone/scripts.js';

type Case = [string, Partial<Played>, string];

const RINGS_AGAIN: PhoneFault = {
  name: 'placed twice',
  on: 'placing',
  kind: 'twice',
  rules: [],
  isTwice: true,
  ringsAgain: true,
};

describe('the audit of phone calls', () => {
  const script: Script = { nth: 1, caller: '1', callee: '2', story: 'answered', paceMs: 0 };
  const T0 = Date.now();
  const leg = { rangAt: T0, endedAt: T0 + 1 };
  const both: RungCall['legs'] = [leg, leg];
  const once: RungCall = {
    caller: '+86139',
    id: 'a',
    token: 'a',
    legs: [leg],
    pushes: [],
    endedAt: T0 + 1,
    talkingAt: T0,
  };
  const row = (...reports: readonly ProviderReport[]): Row => {
    const call = newCall(
      {
        callId: 1,
        channel: 'phone',
        callType: 'audio',
        bizType: 'single',
        caller: { userId: '1' },
        calleeIds: ['2'],
        token: 'a',
        ringTimeoutMs: 4_000,
        limits: { maxDurationMs: 10_000, allLeftGraceMs: 1_000 },
      },
      T0,
    );
    const state = reports.reduce(
      (at, report) =>
        judge(at, report, (report.type === 'over' ? report.at : undefined) ?? T0).state,
      call,
    );
    return { state, columns: {}, events: [] };
  };
  const placed = { type: 'placed', providerCallId: 'a' } as const;
  const over = (cause: EndCause, at = T0 + 1) =>
    ({ type: 'over', cause, at, ...(cause === 'hangup' && { acceptedAt: T0 }) }) as const;
  const callSid = callSidOf(1, T0);
  const told: Told = { script, callSids: [callSid, callSid], from: T0, until: T0, longestMs: 0 };
  const ended = row(placed, over('hangup'));
  const good: Played = { told, rows: [ended], rung: [once], disturbedBy: [] };
  const disturbedBy = ['a kill'];
  const wrong = (played: Partial<Played>) => disagreements([compareEnds({ ...good, ...played })]);

  const takenBack = { ...script, story: 'cancelled' } as const;
  const isOverAt = T0 + 1_000;
  /** Taken back while the second phone rang, and promised when all was over. */
  const cancelled: Played = {
    ...good,
    told: { ...told, script: takenBack, cancel: { callSid, returnCode: 200, at: isOverAt } },
    rows: [row(placed, over('cancelled', isOverAt))],
    rung: [
      { ...once, talkingAt: undefined, endedAt: isOverAt, legs: [{ ...leg, endedAt: isOverAt }] },
    ],
  };

  it('agrees with a request that rang once and ended once, as it went', () => {
    expect(wrong({})).toEqual([]);
    expect(wrong(cancelled)).toEqual([]);
  });

  it.each(['provider_lost', 'dial_unknown'] as const)(
    'leaves the end of a script open that was disturbed, and of no other: %s',
    (cause) => {
      const rows = [row(placed, over(cause))];
      expect(wrong({ rows, disturbedBy })).toEqual([]);
      expect(wrong({ rows })).toEqual([expect.stringContaining(`causes ["${cause}"]`)]);
    },
  );

  it.each([
    ['a second pair of legs', { rung: [once, { ...once, token: 'b' }] }, 'pairs 2, not 1'],
    [
      'a second callee, though only the caller may ring again',
      {
        told: { ...told, script: { ...script, fault: RINGS_AGAIN } },
        rung: [
          { ...once, legs: both },
          { ...once, legs: both },
        ],
      },
      'others 2, not 1',
    ],
    ['a second dial, though it rang nobody', { rung: [once, { ...once, legs: [] }] }, 'dials 2'],
    ['a phone that rings on', { rung: [{ ...once, endedAt: undefined }] }, 'isOverThere false'],
    [
      'a talk that shows as unanswered',
      { rows: [row(placed, over('no_answer'))], disturbedBy },
      'no_answer',
    ],
    [
      'an answer nobody gave',
      { rung: [{ ...once, talkingAt: undefined }], disturbedBy },
      '["hangup"]',
    ],
    ['no end', { rows: [row(placed)], disturbedBy }, 'live 1, not 0'],
    [
      'a callSid of no call of theirs',
      { told: { ...told, callSids: [callSid, callSidOf(2, T0)] } },
      'strangers [2], not []',
    ],
    ['a second call for one request', { rows: [...good.rows, ...good.rows] }, 'asked 2, not 1'],
    ['an end of another story', { rows: [row(placed, over('max_duration'))] }, '["max_duration"]'],
    ['a request that came to nothing, undisturbed', { rows: [], rung: [] }, 'asked 0, not 1'],
    [
      'a cancel that was promised of a live call',
      { ...cancelled, rows: [row(placed)] },
      'its record was live',
    ],
    [
      'a cancel that was promised before its record ended',
      { ...cancelled, rows: [row(placed, over('cancelled', isOverAt + 1))] },
      'its record was live',
    ],
    [
      'a phone that rang on after a cancel',
      {
        ...cancelled,
        rung: [{ ...once, talkingAt: undefined, legs: [{ ...leg, endedAt: isOverAt + 1 }] }],
      },
      'a phone went on ringing',
    ],
    [
      'a phone that began to ring after a cancel',
      {
        ...cancelled,
        rung: [{ ...once, talkingAt: undefined, legs: [{ ...leg, rangAt: isOverAt + 7 }] }],
      },
      'a phone rang 7 ms after it',
    ],
    [
      'somebody who was on the line after a cancel',
      {
        ...cancelled,
        rung: [
          {
            ...once,
            talkingAt: undefined,
            legs: [{ ...leg, answeredAt: T0, endedAt: isOverAt + 1 }],
          },
        ],
      },
      'somebody was left on the line',
    ],
  ] satisfies Case[])('names the script of %s', (_, played: Partial<Played>, what) => {
    const [line, ...more] = wrong(played);
    expect(more).toEqual([]);
    expect(line).toContain(described(played.told?.script ?? script));
    expect(line).toContain(what);
  });

  it('keeps no promise of a call that only rings again, or whose placing is unknown', () => {
    const ringsAgain = { ...takenBack, fault: RINGS_AGAIN };
    const again = {
      ...once,
      id: 'b',
      talkingAt: undefined,
      legs: [{ ...leg, rangAt: isOverAt + 1 }],
    };
    const told = { ...cancelled.told, script: ringsAgain };
    const rung = [...cancelled.rung, again];
    expect(wrong({ ...cancelled, told, rung, disturbedBy })).toEqual([]);
    expect(wrong({ ...cancelled, rung, disturbedBy })).toEqual([
      expect.stringContaining('a phone rang 1 ms after it'),
    ]);
    const unknown = [row(placed, over('dial_unknown'))];
    expect(wrong({ ...cancelled, rows: unknown, rung: [again], disturbedBy })).toEqual([]);
  });

  describe('of what disturbed a script', () => {
    const uptimes = [{ from: T0 - 5_000, until: T0 + 20_000, startMs: 0 }];
    const lived: Lived = { told, lives: [{ from: T0, until: T0 + 10 }], rung: [once] };
    const push = { asks: false, status: 200, sentAt: T0, tookMs: 20 };

    it('names nothing where nothing was done, and all was in time', () => {
      expect(disturbances({ ...lived, rung: [{ ...once, pushes: [push] }] }, uptimes)).toEqual([]);
      const refused = { ...told, cancel: { callSid, returnCode: 400, at: T0 } };
      expect(disturbances({ ...lived, told: refused }, uptimes)).toEqual([]);
    });

    it.each([
      ['a fault', { told: { ...told, script: { ...script, fault: RINGS_AGAIN } } }],
      ['a silent provider', { told: { ...told, script: { ...script, story: 'provider-silent' } } }],
      ['a kill', { lives: [{ from: T0, until: T0 + 20_001 }] }],
      ['a kill', { told: { ...told, from: T0 - 5_001 } }],
      ['an answer that did not come', { told: { ...told, callSids: [], longestMs: 2_000 } }],
      [
        'an answer that did not come',
        { told: { ...told, cancel: { callSid, returnCode: 500, at: T0 }, longestMs: 2_000 } },
      ],
      ['a push that was not heard', { rung: [{ ...once, pushes: [{ ...push, status: 503 }] }] }],
      ['a push that was not heard', { rung: [{ ...once, pushes: [{ ...push, tookMs: 2_500 }] }] }],
      [
        'a push that was not heard',
        { rung: [{ ...once, pushes: [{ ...push, asks: true, tookMs: 1_500 }] }] },
      ],
      ['a long ring', { rung: [{ ...once, legs: [{ ...leg, endedAt: T0 + 2_000 }] }] }],
      ['a late ring', { rung: [{ ...once, legs: [{ rangAt: T0 + 6_000, endedAt: T0 + 6_001 }] }] }],
      ['a long talk', { rung: [{ ...once, endedAt: T0 + 4_000 }] }],
    ] satisfies [string, Partial<Lived>][])('names %s', (what, more: Partial<Lived>) => {
      expect(disturbances({ ...lived, ...more }, uptimes)).toEqual([what]);
    });

    it('takes for none what a story does not depend on, nor an answer that was quick', () => {
      const silent: Script = { ...script, story: 'callee-silent' };
      const rung = [{ ...once, legs: [{ ...leg, endedAt: T0 + 9_000 }] }];
      expect(disturbances({ ...lived, told: { ...told, script: silent }, rung }, uptimes)).toEqual(
        [],
      );
      expect(disturbances({ ...lived, told: { ...told, callSids: [] } }, uptimes)).toEqual([]);
      const late = { ...once, pushes: [{ ...push, status: 503, sentAt: T0 + 11 }] };
      expect(disturbances({ ...lived, rung: [late] }, uptimes)).toEqual([]);
    });
  });
});
