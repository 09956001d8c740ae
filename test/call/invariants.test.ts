import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDeadline } from '../../src/call/deadlines.js';
import type { CallEvent } from '../../src/call/events.js';
import { PARTY_FACTS } from '../../src/call/party-facts.js';
import { PHONE_STAGES } from '../../src/call/phone-stages.js';
import { type CallState, END_CAUSES, isOver } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import { runs } from '../support/runs.js';
import { aCall, CALLEE, CALLER, STRANGER, T0, THIRD } from './fixtures.js';

const users = fc.constantFrom(CALLER, CALLEE, THIRD, STRANGER);
const terminals = fc.constantFrom('caller-phone', 'a', 'b');
const times = fc.option(fc.integer({ min: -60_000, max: 600_000 }), { nil: undefined });
const facts = fc.constantFrom(...PARTY_FACTS);
const at = times.map((offset) => (offset === undefined ? {} : { at: T0 + offset }));

const command = fc.record({
  type: fc.constantFrom('accept' as const, 'reject' as const, 'cancel' as const, 'hangup' as const),
  userId: users,
  terminalId: terminals,
});
const event: fc.Arbitrary<CallEvent> = fc.oneof(
  { arbitrary: command, weight: 4 },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('media-state' as const),
      userId: users,
      terminalId: terminals,
      stage: fc.constantFrom('ringing', 'joined', 'left', 'muted'),
    }),
  },
  fc.record({
    type: fc.constant('rtc-token' as const),
    userId: users,
    terminalId: terminals,
    takeover: fc.boolean(),
  }),
  fc
    .tuple(users, facts, at)
    .map(([userId, fact, when]) => ({ type: 'party' as const, userId, fact, ...when })),
  fc.tuple(users, facts, times).map(([userId, fact, offset]) => ({
    type: 'hint' as const,
    at: T0 + (offset ?? 0),
    parties: [{ userId, fact }],
    ...(offset === undefined && { ended: { cause: 'hangup' as const } }),
  })),
  at.map((when) => ({ type: 'bridged' as const, ...when })),
  fc
    .tuple(fc.constantFrom(...PHONE_STAGES), at)
    .map(([stage, when]) => ({ type: 'stage' as const, stage, ...when })),
  fc.constant({ type: 'guard-refused' as const }),
  fc
    .constantFrom('p-1', 'p-2')
    .map((providerCallId) => ({ type: 'placed' as const, providerCallId })),
  fc.constantFrom<CallEvent>(
    { type: 'refused', code: 101_002, info: 'no' },
    { type: 'placing-unknown', evidence: 'no answer' },
    { type: 'forgotten' },
    { type: 'found', providerCallId: 'p-3' },
    { type: 'claimed' },
    { type: 'put-off' },
  ),
  fc.tuple(fc.constantFrom(...END_CAUSES), times, at).map(([cause, accepted, when]) => ({
    type: 'over' as const,
    cause,
    ...when,
    ...(accepted !== undefined && { acceptedAt: T0 + accepted }),
  })),
  fc.constant({ type: 'end' as const, by: 'ops', cause: 'ops_ended' as const }),
);
const step = fc.record({ event, wait: fc.integer({ min: 0, max: 40_000 }), timers: fc.boolean() });
const call = fc.record({
  channel: fc.constantFrom('rtc' as const, 'robot' as const, 'phone' as const),
  group: fc.boolean(),
});

interface Seen {
  readonly states: CallState[];
  /** What was applied after each state. */
  readonly events: CallEvent[];
  readonly versionsTold: number[];
}

/** Drives a call as the workflow does: timers may be heard in time or only with the next event. */
function play(
  first: CallState,
  steps: readonly { event: CallEvent; wait: number; timers: boolean }[],
): Seen {
  let state = first;
  let now = T0;
  const seen: Seen = { states: [first], events: [], versionsTold: [] };
  const apply = (next: CallEvent) => {
    const judged = judge(state, next, now);
    state = judged.state;
    seen.states.push(state);
    seen.events.push(next);
    for (const effect of judged.effects) {
      if (effect.type === 'tell') seen.versionsTold.push(effect.event.version);
    }
  };
  for (const { event: next, wait, timers } of steps) {
    now += wait;
    for (let due = nextDeadline(state); timers && due && due.at <= now; due = nextDeadline(state)) {
      apply(due);
    }
    apply(next);
  }
  return seen;
}

describe('whatever happens in whatever order', () => {
  const RUNS = { numRuns: runs(2_000) };
  const property = (check: (seen: Seen) => void) =>
    fc.assert(
      fc.property(call, fc.array(step, { maxLength: 40 }), ({ channel, group }, steps) => {
        const calleeIds = group ? [CALLEE, THIRD] : [CALLEE];
        const bizType = group ? 'group' : 'single';
        const claim = channel === 'robot' ? { claimWithinMs: 20_000 } : {};
        check(play(aCall({ channel, bizType, calleeIds, ...claim }), steps));
      }),
      RUNS,
    );

  it('a call reaches at most one terminal state and stays in it', () => {
    property(({ states }) => {
      const over = states.filter(isOver);
      const ends = over.map(({ status, cause, endedAt }) => `${status} ${cause} ${endedAt}`);
      expect(new Set(ends).size).toBeLessThanOrEqual(1);
      expect(states.slice(states.findIndex(isOver)).every(isOver) || over.length === 0).toBe(true);
    });
  });

  it('versions grow by ones, and every version is told', () => {
    property(({ states, versionsTold }) => {
      const last = states.at(-1)?.version ?? 1;
      const told = [...new Set(versionsTold)];
      expect(told).toEqual(Array.from({ length: last - 1 }, (_, index) => index + 2));
      expect(versionsTold).toEqual([...versionsTold].sort((a, b) => a - b));
    });
  });

  it('times keep their order', () => {
    property(({ states }) => {
      for (const { createdAt, acceptedAt, startedAt, endedAt } of states) {
        const known = [createdAt, acceptedAt, startedAt, endedAt].filter((t) => t !== undefined);
        expect(known).toEqual([...known].sort((a, b) => a - b));
        if (startedAt !== undefined) expect(acceptedAt).toBeDefined();
      }
    });
  });

  it('an accept never replaces a winner terminal', () => {
    property(({ states, events }) => {
      for (const [index, event] of events.entries()) {
        const [before, after] = [states[index], states[index + 1]];
        if (event.type !== 'accept' || before === undefined || after === undefined) continue;
        const winner = before.parties.find(({ state }) => state === 'present');
        const same = after.parties.find(({ userId }) => userId === winner?.userId);
        expect(same?.terminalId).toBe(winner?.terminalId);
        const callee = before.parties.find(({ userId }) => userId === event.userId);
        const now = after.parties.find(({ userId }) => userId === event.userId);
        if (callee?.state === 'present') expect(now?.terminalId).toBe(callee.terminalId);
      }
    });
  });

  it('nobody rings or is present once the call is over', () => {
    property(({ states }) => {
      for (const state of states.filter(isOver)) {
        expect(state.parties.map((party) => party.state)).not.toContain('ringing');
        expect(state.parties.map((party) => party.state)).not.toContain('present');
        expect(state.cause).toBeDefined();
        expect(state.ending).toBeUndefined();
      }
    });
  });

  it('every live call that waits for no provider has a deadline', () => {
    property(({ states }) => {
      const waits = ({ ending, forgotten, asked }: CallState) =>
        ending !== undefined || forgotten || (asked !== undefined && asked.answered !== true);
      for (const state of states.filter((live) => !isOver(live) && !waits(live))) {
        expect(nextDeadline(state)).toBeDefined();
      }
    });
  });
});
