import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/events.js';
import type { PartyFact } from '../../src/call/party-facts.js';
import { judge } from '../../src/call/transition.js';
import { aCall, after, CALLEE, STRANGER, T0, THIRD } from './fixtures.js';

const placed: CallEvent = { type: 'placed', providerCallId: 'p-1' };
const unknown: CallEvent = { type: 'placing-unknown', evidence: 'no answer within 5 s' };
const found: CallEvent = { type: 'found', providerCallId: 'p-9' };
const claimed: CallEvent = { type: 'claimed' };
const hint = (userId: string, fact: PartyFact, at = T0): CallEvent => ({
  type: 'hint',
  at,
  parties: [{ userId, fact }],
});
const over: CallEvent = { type: 'hint', at: T0, parties: [], ended: { cause: 'hangup', at: T0 } };
const aRobotCall = () => aCall({ channel: 'robot' });
const aRobotGroup = () => aCall({ channel: 'robot', bizType: 'group', calleeIds: [CALLEE, THIRD] });

describe('what a provider says unasked', () => {
  it.each(['answered', 'left', 'rejected', 'unreachable', 'no_answer'] as const)(
    'moves nobody and ends nothing: %s',
    (fact) => {
      const before = after(aRobotCall(), placed);
      const state = after(before, hint(CALLEE, fact));
      const { heard, ...rest } = state;
      expect(rest).toEqual(before);
      expect(heard).toEqual({ count: 1, words: { [CALLEE]: { fact, at: T0 } } });
    },
  );

  it('does not end a call that it says is over, and is kept for when the record fails', () => {
    const state = after(aRobotCall(), placed, over);
    expect(state).toMatchObject({ status: 'calling', version: 2 });
    expect(state.heard).toEqual({ count: 1, words: {}, ended: { cause: 'hangup', at: T0 } });
    expect(after(state, over)).toBe(state);
  });

  it('changes nothing when it is said again, or late', () => {
    const state = after(aRobotGroup(), placed, hint(CALLEE, 'left', T0 + 500));
    expect(after(state, hint(CALLEE, 'left', T0 + 500))).toBe(state);
    expect(after(state, hint(CALLEE, 'answered', T0 + 100))).toBe(state);
    expect(after(state, hint(CALLEE, 'left', T0 + 600)).heard?.count).toBe(2);
  });

  it('is no news of who is known to be so, or is out', () => {
    const state = after(
      aRobotGroup(),
      placed,
      { type: 'party', userId: CALLEE, fact: 'answered' },
      { type: 'party', userId: THIRD, fact: 'rejected' },
    );
    expect(after(state, hint(CALLEE, 'answered'))).toBe(state);
    expect(after(state, hint(THIRD, 'no_answer'))).toBe(state);
  });

  it('says why somebody of a group is out, also where that was guessed meanwhile', () => {
    const guess: CallEvent = { type: 'party', userId: CALLEE, fact: 'rejected' };
    const group = after(aRobotGroup(), placed, hint(CALLEE, 'unreachable'), guess);
    expect(group.parties).toContainEqual(
      expect.objectContaining({ userId: CALLEE, state: 'unreachable' }),
    );
    const unheard = after(aRobotGroup(), placed, hint(CALLEE, 'answered'), guess);
    expect(unheard.parties).toContainEqual(
      expect.objectContaining({ userId: CALLEE, state: 'rejected' }),
    );
  });

  it('may name somebody new in a group, and nobody new in a call of two', () => {
    const group = after(aRobotGroup(), placed);
    expect(after(group, hint(STRANGER, 'ringing')).heard?.count).toBe(1);
    const two = after(aRobotCall(), placed);
    expect(after(two, hint(STRANGER, 'ringing'))).toBe(two);
  });

  it('means nothing before the call has an id', () => {
    const state = aRobotCall();
    expect(after(state, hint(CALLEE, 'answered'))).toBe(state);
  });
});

describe('the provider’s word of a call whose id was lost', () => {
  it('gives the call its id', () => {
    const state = after(aRobotCall(), claimed, unknown, found);
    expect(state).toMatchObject({ providerCallId: 'p-9', version: 2, placing: { kind: 'placed' } });
  });

  it('that comes before the answer counts only where that is lost', () => {
    const early = after(aRobotCall(), claimed, found);
    expect(early).toMatchObject({ version: 1, placing: { kind: 'asking', found: 'p-9' } });
    expect(early.providerCallId).toBeUndefined();
    expect(after(early, placed)).toMatchObject({ providerCallId: 'p-1' });
    expect(after(early, unknown)).toMatchObject({ providerCallId: 'p-9' });
  });

  it('changes nothing of a call that has its id, or was refused', () => {
    const state = after(aRobotCall(), placed);
    expect(after(state, found)).toBe(state);
    const refused = after(aRobotCall(), { type: 'refused', code: 101_002, info: 'no' });
    expect(judge(refused, found, T0).state).toBe(refused);
  });
});
