import { describe, expect, it } from 'vitest';
import { nextDeadline } from '../../src/call/deadlines.js';
import type { CallEvent, Deadline } from '../../src/call/events.js';
import type { PartyFact } from '../../src/call/party-facts.js';
import type { CallState } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import { aCall, after, CALLEE, RING_MS, STRANGER, T0, THIRD } from './fixtures.js';

const RING_GRACE_MS = 10_000;
const placed: CallEvent = { type: 'placed', providerCallId: 'p-1' };
const says = (userId: string, fact: PartyFact): CallEvent => ({ type: 'party', userId, fact });
const ringing = () =>
  after(aCall({ channel: 'robot', bizType: 'group', calleeIds: [CALLEE, THIRD] }), placed);
const states = ({ parties }: CallState) => parties.slice(1).map(({ state }) => state);

describe('a group that a robot calls', () => {
  it('is accepted at the first answer, and each callee has a state of their own', () => {
    const state = after(ringing(), says(CALLEE, 'answered'), says(THIRD, 'unreachable'));
    expect(state).toMatchObject({ status: 'accepted', acceptedAt: T0 + 1_000 });
    expect(states(state)).toEqual(['present', 'unreachable']);
  });

  it('is wished to end when nobody but the robot is left, and goes on when it is not so', () => {
    const state = after(
      ringing(),
      says(CALLEE, 'answered'),
      says(THIRD, 'answered'),
      says(CALLEE, 'left'),
    );
    expect(state.ending).toBeUndefined();
    expect(after(state, says(THIRD, 'left')).ending).toMatchObject({ cause: 'hangup' });
    const back = after(state, says(CALLEE, 'answered'), says(THIRD, 'left'));
    expect(back.ending).toBeUndefined();
    expect(states(back)).toEqual(['present', 'left']);
    expect(back.parties[1]).not.toHaveProperty('leftAt');
  });

  it('ends by whichever is seen first, once', () => {
    const over: CallEvent = { type: 'over', cause: 'hangup' };
    const wished = after(
      ringing(),
      says(CALLEE, 'answered'),
      says(THIRD, 'rejected'),
      says(CALLEE, 'left'),
    );
    const ended = after(wished, over);
    expect(ended).toMatchObject({ status: 'ended', cause: 'hangup' });
    expect(after(ended, says(STRANGER, 'answered'), over)).toBe(ended);
    expect(after(ringing(), over)).toMatchObject({ status: 'ended', cause: 'hangup' });
  });

  it('gives whoever is invited later a whole ring', () => {
    const answeredOnce = after(ringing(), says(CALLEE, 'answered'), says(THIRD, 'rejected'));
    const late = T0 + RING_MS + 60_000;
    const { state } = judge(answeredOnce, says(STRANGER, 'ringing'), late);
    expect(state.parties.at(-1)).toMatchObject({ userId: STRANGER, addedBy: 'provider' });
    expect(nextDeadline(state)).toEqual({
      type: 'deadline',
      kind: 'ring',
      at: late + RING_MS + RING_GRACE_MS,
    });
  });

  it('does so although the ring had run out before', () => {
    const once = after(ringing(), says(CALLEE, 'answered'));
    const first = nextDeadline(once) as Deadline;
    const asked = judge(once, first, first.at).state;
    const answeredNothing = judge(asked, { type: 'as-known' }, first.at + 1_000).state;
    const second = nextDeadline(answeredNothing) as Deadline;
    const alone = judge(answeredNothing, second, first.at + 1_000).state;
    expect(states(alone)).toEqual(['present', 'no_answer']);
    const late = first.at + 60_000;
    const { state } = judge(alone, says(STRANGER, 'ringing'), late);
    expect(nextDeadline(state)?.at).toBe(late + RING_MS + RING_GRACE_MS);
  });

  it('knows whoever comes by without being rung', () => {
    const state = after(ringing(), says(CALLEE, 'answered'), says(STRANGER, 'answered'));
    expect(states(state)).toEqual(['present', 'ringing', 'present']);
  });
});
