import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/events.js';
import { partyOf } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import {
  aCall,
  accept,
  after,
  CALLEE,
  CALLEE_PHONE,
  CALLEE_TABLET,
  CALLER,
  cancel,
  hangup,
  inStatus,
  media,
  reject,
  T0,
} from './fixtures.js';

describe('the documented story', () => {
  it('counts versions 1 to 5: create, accept, first join, other join, hangup', () => {
    const events = [accept(), media('joined'), media('joined', CALLEE), hangup()];
    const versions = events.map(
      (_, index) => after(aCall(), ...events.slice(0, index + 1)).version,
    );
    expect([aCall().version, ...versions]).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives a rejected call version 3 when the callee rang first', () => {
    const state = after(aCall(), media('ringing', CALLEE), reject());
    expect(state).toMatchObject({ status: 'rejected', version: 3, reason: 'user_reject' });
    expect(partyOf(state, CALLEE)).toMatchObject({ state: 'rejected', ringingAt: T0 + 1_000 });
  });

  it('starts at the first join after acceptance, not at one before it', () => {
    const waiting = after(aCall(), media('joined'), accept());
    expect(waiting).toMatchObject({ status: 'accepted', version: 3 });
    expect(waiting.startedAt).toBeUndefined();
    const started = after(waiting, media('joined', CALLEE));
    expect(started).toMatchObject({ status: 'ongoing', startedAt: T0 + 2_000 });
  });

  it('keeps times in order: accepted, started, ended', () => {
    const { acceptedAt, startedAt, endedAt } = inStatus.ended();
    expect([acceptedAt, startedAt, endedAt]).toEqual([T0 + 1_000, T0 + 2_000, T0 + 3_000]);
  });
});

describe('the end reason', () => {
  const cases: [string, CallEvent[], string, string][] = [
    ['a rejection', [reject()], 'rejected', 'user_reject'],
    ['a rejection with a reason', [reject(CALLEE, 'later')], 'rejected', 'later'],
    ['a cancel', [cancel()], 'cancelled', 'caller_cancel'],
    ['a cancel that crossed the accept', [accept(), cancel(CALLER, 'oops')], 'hangup', 'oops'],
    ['a hangup', [accept(), hangup()], 'hangup', 'local_hangup'],
    ['a hangup before the answer', [hangup(CALLER, 'bye')], 'cancelled', 'bye'],
    ['an operator', [{ type: 'end', by: 'ops', cause: 'ops_ended' }], 'ops_ended', 'ops_ended'],
  ];
  it.each(cases)('of %s', (_name, events, cause, reason) => {
    expect(after(aCall(), ...events)).toMatchObject({ cause, reason });
  });

  it.each(['callee_busy', 'busy', 'line_busy'])('%s of a reject makes the cause busy', (reason) => {
    expect(after(aCall(), reject(CALLEE, reason))).toMatchObject({
      status: 'rejected',
      cause: 'busy',
      reason,
    });
  });
});

describe('the first accept', () => {
  it('wins, and says to the other terminals why they stop ringing', () => {
    const { state, effects } = judge(aCall(), accept(CALLEE, CALLEE_TABLET), T0 + 1_000);
    expect(partyOf(state, CALLEE)).toMatchObject({ state: 'present', terminalId: CALLEE_TABLET });
    expect(effects.map((effect) => effect.type === 'tell' && effect.event)).toEqual([
      {
        type: 'call.ringing_stopped',
        version: 2,
        at: T0 + 1_000,
        userId: CALLEE,
        terminalId: CALLEE_TABLET,
        why: 'answered_elsewhere',
      },
      { type: 'call.accepted', version: 2, at: T0 + 1_000, userId: CALLEE },
    ]);
  });

  it.each([
    ['rejected_elsewhere', reject()],
    ['cancelled', cancel()],
    ['timeout', { type: 'deadline', kind: 'ring', at: T0 + 30_000 }],
    ['ended', { type: 'end', by: 'ops', cause: 'ops_ended' }],
  ] satisfies [string, CallEvent][])('is beaten with %s', (why, event) => {
    const { effects } = judge(aCall(), event, T0 + 1_000);
    expect(effects.map((effect) => effect.type === 'tell' && effect.event)).toMatchObject([
      { type: 'call.ringing_stopped', userId: CALLEE, why },
      { type: 'call.ended', version: 2 },
    ]);
  });
});

describe('a take-over', () => {
  it('moves the party to the other terminal, whose reports count from then on', () => {
    const moved = after(inStatus.ongoing(), {
      type: 'rtc-token',
      userId: CALLEE,
      terminalId: CALLEE_TABLET,
      takeover: true,
    });
    expect(partyOf(moved, CALLEE)?.terminalId).toBe(CALLEE_TABLET);
    expect(moved.version).toBe(inStatus.ongoing().version + 1);
    const old = { type: 'media-state', userId: CALLEE, terminalId: CALLEE_PHONE } as const;
    expect(judge(moved, { ...old, stage: 'left' }, T0 + 9_000).state).toBe(moved);
  });
});

describe('a media report', () => {
  const told = (state: ReturnType<typeof aCall>, event: CallEvent, at: number) =>
    judge(state, event, T0 + at).state;

  it('without news changes nothing', () => {
    const ongoing = inStatus.ongoing();
    expect(told(ongoing, media('joined'), 9_000)).toBe(ongoing);
  });

  it('with only another quality is kept without a version, once in ten seconds', () => {
    const good = told(inStatus.accepted(), media('joined', CALLER, 'good'), 2_000);
    expect(told(good, media('joined', CALLER, 'poor'), 11_999)).toBe(good);
    const poor = told(good, media('joined', CALLER, 'poor'), 12_000);
    expect(poor.version).toBe(good.version);
    expect(partyOf(poor, CALLER)?.media?.['caller-phone']?.quality).toBe('poor');
  });

  it('of an unknown stage is remembered and moves nothing', () => {
    const state = told(inStatus.ongoing(), media('screen_sharing'), 9_000);
    expect(state.status).toBe('ongoing');
    expect(partyOf(state, CALLER)?.media?.['caller-phone']?.stage).toBe('screen_sharing');
  });

  it('of ringing counts once, from whichever terminal came first', () => {
    const rung = told(aCall(), media('ringing', CALLEE), 1_000);
    const again = { type: 'media-state', userId: CALLEE, terminalId: CALLEE_TABLET } as const;
    expect(told(rung, { ...again, stage: 'ringing' }, 2_000)).toBe(rung);
  });
});

describe('an app that invents a terminal for every report', () => {
  it('does not fill the state, and its own terminal is never forgotten', () => {
    let state = after(inStatus.accepted(), media('joined', CALLEE, 'good'));
    for (let index = 0; index < 50; index += 1) {
      const terminalId = `terminal-${index}`;
      const moved = { type: 'rtc-token', userId: CALLEE, terminalId, takeover: true } as const;
      const stage = { type: 'media-state', userId: CALLEE, terminalId, stage: 'joined' } as const;
      state = after(state, moved, stage);
    }
    const remembered = Object.keys(partyOf(state, CALLEE)?.media ?? {});
    expect(remembered).toEqual(['terminal-46', 'terminal-47', 'terminal-48', 'terminal-49']);
  });
});
