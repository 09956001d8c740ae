import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/events.js';
import { type CallState, partyOf } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import {
  aCall,
  accept,
  after,
  aGroup,
  CALLEE,
  CALLER,
  cancel,
  hangup,
  reject,
  STRANGER,
  T0,
  THIRD,
} from './fixtures.js';

const group = () => aGroup(CALLEE, THIRD);
const fact = (userId: string, of: 'busy' | 'unreachable' | 'no_answer'): CallEvent => ({
  type: 'party',
  userId,
  fact: of,
});

describe('a group call', () => {
  it('is accepted by the first answer, and goes on ringing the others', () => {
    const state = after(group(), accept());
    expect(state.status).toBe('accepted');
    expect(partyOf(state, THIRD)?.state).toBe('ringing');
    const both = after(state, accept(THIRD, 'third-phone'));
    expect(both).toMatchObject({ status: 'accepted', acceptedAt: state.acceptedAt });
  });

  it('loses only the party that rejects', () => {
    const state = after(group(), reject());
    expect(state.status).toBe('calling');
    expect(partyOf(state, CALLEE)?.state).toBe('rejected');
  });

  it('goes on when one of three hangs up, and ends when one is left', () => {
    const three = after(group(), accept(), accept(THIRD, 'third-phone'));
    const two = after(three, hangup(CALLER));
    expect(two.status).toBe('accepted');
    expect(partyOf(two, CALLER)?.state).toBe('left');
    expect(after(two, hangup(CALLEE))).toMatchObject({ status: 'ended', cause: 'hangup' });
  });

  it('waits for who still rings although only one is present', () => {
    const state = after(group(), accept(), hangup(CALLEE));
    expect(state.status).toBe('accepted');
    expect(after(state, reject(THIRD))).toMatchObject({ status: 'ended', cause: 'hangup' });
  });

  it('is cancelled whole by its caller while nobody has answered', () => {
    const state = after(group(), cancel());
    expect(state.status).toBe('cancelled');
    expect(state.parties.map((party) => party.state)).toEqual(['left', 'missed', 'missed']);
  });

  it('takes in a user the provider names', () => {
    const state = after(group(), { type: 'party', userId: STRANGER, fact: 'answered' });
    expect(partyOf(state, STRANGER)).toMatchObject({ state: 'present', addedBy: 'provider' });
  });
});

describe('a group of which only the record says that it was answered', () => {
  const placed: CallEvent = { type: 'placed', providerCallId: 'p-1' };
  const over: CallEvent = { type: 'over', cause: 'hangup', acceptedAt: T0 + 1_500 };
  const robots = (...calleeIds: string[]) =>
    aCall({ channel: 'robot', bizType: 'group', calleeIds });
  const callees = ({ parties }: CallState) =>
    parties.filter(({ role }) => role === 'callee').map(({ state }) => state);

  it('was answered, and nobody is said to have done it', () => {
    const state = after(robots(CALLEE, THIRD), placed, over);
    expect(state).toMatchObject({ status: 'ended', cause: 'hangup', acceptedAt: T0 + 1_500 });
    expect(callees(state)).toEqual(['unknown', 'unknown']);
    expect(state.parties.flatMap(({ acceptedAt }) => acceptedAt ?? [])).toEqual([]);
  });

  it('keeps what was seen of each callee before', () => {
    const gone: CallEvent = { type: 'party', userId: CALLEE, fact: 'rejected' };
    expect(callees(after(robots(CALLEE, THIRD), placed, gone, over))).toEqual([
      'rejected',
      'unknown',
    ]);
  });

  it('names who answered where one was seen to', () => {
    const seen: CallEvent = { type: 'party', userId: THIRD, fact: 'answered' };
    const state = after(robots(CALLEE, THIRD), placed, seen, over);
    expect(callees(state)).toEqual(['missed', 'left']);
  });
});

describe('a group in which nobody answered', () => {
  const cases: [string, CallEvent[], object][] = [
    ['all rejected', [reject(), reject(THIRD)], { status: 'rejected', cause: 'rejected' }],
    ['one did not answer', [reject(), fact(THIRD, 'no_answer')], { cause: 'no_answer' }],
    ['one was busy', [reject(), fact(THIRD, 'busy')], { cause: 'busy' }],
    ['one busy, one away', [fact(CALLEE, 'busy'), fact(THIRD, 'unreachable')], { cause: 'busy' }],
    ['one away', [reject(), fact(THIRD, 'unreachable')], { cause: 'unreachable' }],
  ];
  it.each(cases)('%s', (_name, events, expected) => {
    expect(after(group(), ...events)).toMatchObject({ status: 'ended', ...expected });
  });

  it('ends as unanswered when the ring runs out', () => {
    const deadline = { type: 'deadline', kind: 'ring', at: T0 + 30_000 } as const;
    expect(judge(group(), deadline, T0 + 30_000).state).toMatchObject({
      status: 'ended',
      cause: 'no_answer',
    });
  });
});
