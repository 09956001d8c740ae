import type { ProviderReport } from '../src/call/events.js';
import type { PartyFact } from '../src/call/party-facts.js';
import type { RobotCallParty } from '../src/ports/robot-calls.js';
import type { FollowedCall } from '../workflows/call/robot-activities.js';

type Known = Omit<FollowedCall, 'providerCallId' | 'isAsked'>;

export interface News {
  readonly news: readonly ProviderReport[];
  /** Who rang and is out, where nobody has said why. */
  readonly guesses: readonly ProviderReport[];
}

/** Words for why somebody who rang is out; `left` says that they had answered. */
const OUT: readonly PartyFact[] = ['rejected', 'busy', 'unreachable', 'no_answer', 'left'];

/**
 * What the provider's list says that is not known yet. Who is missing from it is out. Why somebody
 * who rang is out it does not say: of a one-to-one call the record will, of a group the provider's
 * unasked word does, or the time.
 */
export function newsOf(
  { robot, known, isGroup, ringUntil }: Known,
  seen: readonly RobotCallParty[],
  now: number,
): News {
  const listed = new Map(seen.map(({ userId, state }) => [userId, state]));
  const guesses: ProviderReport[] = [];
  const whyOut = (userId: string, word: PartyFact | undefined): ProviderReport[] => {
    if (word !== undefined && OUT.includes(word)) return [party(userId, word)];
    guesses.push(party(userId, now >= ringUntil ? 'no_answer' : 'rejected'));
    return [];
  };
  const changes = known.flatMap(({ userId, state, word }): ProviderReport[] => {
    const current = listed.get(userId);
    if (state === 'ringing' && current === 'present') return [party(userId, 'answered')];
    if (state === 'present' && current === undefined) return [party(userId, 'left')];
    const wasOut = state !== 'ringing' && state !== 'present';
    if (wasOut && isGroup && current === 'present') return [party(userId, 'answered')];
    if (state === 'ringing' && current === undefined && isGroup) return whyOut(userId, word);
    return [];
  });
  const isNew = ({ userId }: RobotCallParty) =>
    isGroup && userId !== robot && !known.some((each) => each.userId === userId);
  const added = seen
    .filter(isNew)
    .map(({ userId, state }) => party(userId, state === 'ringing' ? 'ringing' : 'answered'));
  return { news: [...changes, ...added], guesses };
}

const party = (userId: string, fact: PartyFact): ProviderReport => ({
  type: 'party',
  userId,
  fact,
});
