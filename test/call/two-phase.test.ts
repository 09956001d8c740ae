import { describe, expect, it } from 'vitest';
import { nextDeadline } from '../../src/call/deadlines.js';
import type { CallEvent, ProviderReport } from '../../src/call/events.js';
import type { CallState } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import { aCall, after, CALLEE, CALLER, cancel, hangup, RING_MS, T0 } from './fixtures.js';

const isPlaced: CallEvent = { type: 'placed', providerCallId: 'p-1' };
const robot = () => after(aCall({ channel: 'robot' }), isPlaced);
const phone = () => after(aCall({ channel: 'phone' }), isPlaced);
/** Of a ring whose time a provider keeps, too. */
const RING_UNTIL = T0 + RING_MS + 10_000;
const answered: CallEvent = { type: 'party', userId: CALLEE, fact: 'answered' };
const over = (more: Partial<Extract<ProviderReport, { type: 'over' }>> = {}): CallEvent => ({
  type: 'over',
  cause: 'provider_failed',
  ...more,
});

describe('a wish to end where a provider confirms', () => {
  it('keeps the status word and asks the provider, once', () => {
    const { state, effects } = judge(robot(), cancel(CALLER, 'changed my mind'), T0 + 1_000);
    expect(state).toMatchObject({ status: 'calling', version: 3 });
    expect(state.ending).toMatchObject({ wish: 'cancel', by: CALLER, cause: 'cancelled' });
    expect(effects.at(-1)).toMatchObject({ type: 'end-at-provider' });
    expect(judge(state, cancel(), T0 + 2_000).state).toBe(state);
  });

  it('names the cause when the provider confirms', () => {
    const state = after(robot(), cancel(CALLER, 'changed my mind'), over());
    expect(state).toMatchObject({
      status: 'cancelled',
      cause: 'cancelled',
      reason: 'changed my mind',
      endedBy: CALLER,
    });
    expect(state.ending).toBeUndefined();
  });

  it('is a hangup after all when the provider knows of an answer', () => {
    const state = after(robot(), cancel(), over({ acceptedAt: T0 + 1_500 }));
    expect(state).toMatchObject({ status: 'ended', cause: 'hangup', acceptedAt: T0 + 1_500 });
  });

  it('changes nothing once the provider has forgotten the call: its record decides', () => {
    const gone = after(robot(), { type: 'forgotten' });
    expect(judge(gone, cancel(), T0 + 3_000).state).toBe(gone);
    expect(after(gone, over({ cause: 'rejected' }))).toMatchObject({ status: 'rejected' });
  });

  it('is cleared by a refused guard, and the conversation goes on', () => {
    const state = after(phone(), cancel(), { type: 'guard-refused' }, { type: 'bridged' });
    expect(state.ending).toBeUndefined();
    expect(state.status).toBe('ongoing');
  });

  it('of an operator takes the place of another, and half a minute later ends the call alone', () => {
    const ops: CallEvent = { type: 'end', by: 'night shift', cause: 'ops_ended' };
    const stuck = after(robot(), answered, hangup());
    const wished = judge(stuck, ops, T0 + 60_000).state;
    expect(wished.ending).toMatchObject({ wish: 'operator', by: 'night shift' });
    expect(judge(wished, ops, T0 + 89_999).state).toBe(wished);
    expect(judge(wished, ops, T0 + 90_000).state).toMatchObject({
      status: 'ended',
      cause: 'ops_ended',
      endedBy: 'night shift',
    });
  });

  describe('that an operator gives up', () => {
    const ops: CallEvent = { type: 'end', by: 'night shift', cause: 'ops_ended' };
    const givenUp = (call: CallState): CallState => {
      const { state } = judge(call, ops, T0 + 60_000);
      return judge(state, ops, T0 + 90_000).state;
    };

    it.each<[what: string, word: CallEvent]>([
      ['its end', over({ cause: 'hangup', by: 'callee' })],
      ['that there is none', { type: 'forgotten' }],
    ])('is over, and holds its line until the provider says %s', (_what, word) => {
      const state = givenUp(robot());
      expect(state).toMatchObject({ status: 'ended', cause: 'ops_ended', unreleased: true });
      const bridged: CallEvent = { type: 'bridged' };
      const refusedGuard: CallEvent = { type: 'guard-refused' };
      expect(after(state, refusedGuard, bridged, isPlaced)).toBe(state);
      const freed = after(state, word);
      const { unreleased: _held, ...ended } = state;
      expect(freed).toEqual({
        ...ended,
        version: state.version + 1,
        touchedAt: expect.any(Number),
      });
      expect(after(freed, word)).toBe(freed);
    });

    it('holds nothing where no call of the provider is known', () => {
      const doubt: CallEvent = { type: 'placing-unknown', evidence: 'no answer' };
      const unplaced = givenUp(after(aCall({ channel: 'phone' }), doubt));
      expect(unplaced).toMatchObject({ status: 'ended', cause: 'ops_ended' });
      expect(unplaced.unreleased).toBeUndefined();
    });
  });

  it('is not cleared by a refused guard once a hangup stands', () => {
    const state = after(phone(), cancel(), hangup(), { type: 'guard-refused' });
    expect(state.ending).toMatchObject({ wish: 'hangup' });
  });

  it('of a ring that ran out gives way to a hangup, which no refused guard clears', () => {
    const ranOut = after(phone(), nextDeadline(phone()) as CallEvent, { type: 'as-known' });
    const ring = nextDeadline(ranOut) as CallEvent;
    const wished = judge(ranOut, ring, RING_UNTIL + 60_000).state;
    expect(wished.ending).toMatchObject({ wish: 'deadline', cause: 'no_answer' });
    const { state, effects } = judge(wished, hangup(), RING_UNTIL + 61_000);
    expect(state.ending).toMatchObject({ wish: 'hangup', by: CALLER });
    expect(effects.at(-1)).toMatchObject({ type: 'end-at-provider' });
    expect(after(state, { type: 'guard-refused' }).ending).toMatchObject({ wish: 'hangup' });
    expect(judge(wished, cancel(), RING_UNTIL + 61_000).state).toBe(wished);
  });

  it('of a ring that ran out stands where the provider ends the call in any case', () => {
    const ranOut = after(robot(), nextDeadline(robot()) as CallEvent, { type: 'as-known' });
    const wished = judge(ranOut, nextDeadline(ranOut) as CallEvent, RING_UNTIL + 60_000).state;
    expect(wished.ending).toMatchObject({ wish: 'deadline', cause: 'no_answer' });
    expect(judge(wished, hangup(), RING_UNTIL + 61_000).state).toBe(wished);
  });

  it('stops the deadlines: the provider is asked until it confirms', () => {
    expect(nextDeadline(after(robot(), cancel()))).toBeUndefined();
  });
});

describe('a deadline where a provider knows more', () => {
  it('asks first, and turns into a wish once the provider has said that all is as known', () => {
    const ring = nextDeadline(robot());
    if (ring === undefined) throw new Error('no deadline');
    const asked = judge(robot(), ring, ring.at);
    expect(asked.effects).toEqual([{ type: 'ask-provider', about: 'ring' }]);
    expect(asked.state.status).toBe('calling');
    const told = judge(asked.state, { type: 'as-known' }, RING_UNTIL + 7_000).state;
    const second = nextDeadline(told);
    expect(second).toEqual({ type: 'deadline', kind: 'ring', at: ring.at });
    const wished = judge(told, second as CallEvent, RING_UNTIL + 7_000);
    expect(wished.state.ending).toMatchObject({ wish: 'deadline', cause: 'no_answer' });
  });

  it('ends nothing while the provider is silent', () => {
    const ring = nextDeadline(robot()) as CallEvent;
    const { state: asked } = judge(robot(), ring, RING_UNTIL);
    expect(nextDeadline(asked)).toBeUndefined();
    const hoursLater = RING_UNTIL + 4 * 3_600_000;
    expect(
      judge(asked, { type: 'party', userId: CALLEE, fact: 'ringing' }, hoursLater).state.ending,
    ).toBeUndefined();
  });

  it('lets the conversation go on when the answer was an acceptance', () => {
    const ring = nextDeadline(robot()) as CallEvent;
    const asked = judge(robot(), ring, RING_UNTIL).state;
    const talking = judge(asked, answered, RING_UNTIL + 1_000).state;
    expect(talking.status).toBe('accepted');
    expect(nextDeadline(talking)).toMatchObject({ kind: 'max_duration' });
  });
});

describe('a report that skips ahead', () => {
  const versions = (state: CallState) => state.version;

  it('of a bridge is an accept and a start in one step', () => {
    const dialled = aCall({ channel: 'phone' });
    const { state, effects } = judge(dialled, { type: 'bridged', at: T0 + 700 }, T0 + 1_000);
    expect(state).toMatchObject({
      status: 'ongoing',
      acceptedAt: T0 + 700,
      startedAt: T0 + 700,
      version: 3,
    });
    const told = effects.map((effect) => effect.type === 'tell' && effect.event.type);
    expect(told).toEqual(['call.ringing_stopped', 'call.accepted', 'call.ongoing']);
  });

  it('of an end after an answer implies the answer', () => {
    const dialled = aCall({ channel: 'robot' });
    const state = after(dialled, over({ cause: 'hangup', acceptedAt: T0 + 400, at: T0 + 900 }));
    expect(state).toMatchObject({
      status: 'ended',
      cause: 'hangup',
      acceptedAt: T0 + 400,
      endedAt: T0 + 900,
    });
    expect(versions(state)).toBe(3);
  });

  it('never moves a time before what the call has seen, nor into the future', () => {
    const state = after(robot(), { ...answered, at: T0 - 60_000 }, over({ at: T0 + 999_999 }));
    const seen = T0 + 1_000;
    expect(state).toMatchObject({ acceptedAt: seen, endedAt: T0 + 2_000 });
  });

  it('of a join on the robot channel implies the answer', () => {
    const joined = { type: 'party', userId: CALLEE, fact: 'joined' } as const;
    expect(after(robot(), joined).status).toBe('ongoing');
  });
});

describe('after the end', () => {
  it('facts enrich with their own version and change nothing else', () => {
    const ended = after(robot(), over());
    const richer = after(ended, { type: 'enriched', durationMs: 1_000, billedMs: 60_000 });
    expect(richer).toMatchObject({
      version: ended.version + 1,
      cause: ended.cause,
      endedAt: ended.endedAt,
      enrichment: { durationMs: 1_000, billedMs: 60_000 },
    });
    expect(after(richer, { type: 'enriched', billedMs: 60_000 })).toBe(richer);
  });
});
