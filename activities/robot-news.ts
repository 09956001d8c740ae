import type { ProviderReport } from '../src/call/events.js';
import type { RobotCallParty } from '../src/ports/robot-calls.js';
import type { FollowedCall } from '../workflows/call/robot-activities.js';

type Known = Omit<FollowedCall, 'providerCallId' | 'isAsked'>;

/**
 * What the provider's list says that is not known yet. Who is missing from it is out. Why somebody
 * who rang is out it does not say: of a one-to-one call the record will, of a group the time does.
 */
export function newsOf(
  { robot, known, isGroup, ringUntil }: Known,
  seen: readonly RobotCallParty[],
  now: number,
): ProviderReport[] {
  const listed = new Map(seen.map(({ userId, state }) => [userId, state]));
  const changes = known.flatMap(({ userId, state }): ProviderReport[] => {
    const current = listed.get(userId);
    if (state === 'ringing' && current === 'present') return [party(userId, 'answered')];
    if (state === 'present' && current === undefined) return [party(userId, 'left')];
    if (state === 'ringing' && current === undefined && isGroup) {
      return [party(userId, now >= ringUntil ? 'no_answer' : 'rejected')];
    }
    return [];
  });
  const isNew = ({ userId }: RobotCallParty) =>
    isGroup && userId !== robot && !known.some((each) => each.userId === userId);
  const added = seen
    .filter(isNew)
    .map(({ userId, state }) => party(userId, state === 'ringing' ? 'ringing' : 'answered'));
  return [...changes, ...added];
}

const party = (
  userId: string,
  fact: Extract<ProviderReport, { type: 'party' }>['fact'],
): ProviderReport => ({ type: 'party', userId, fact });
