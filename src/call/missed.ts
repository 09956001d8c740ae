import { type CallState, isOver, type Party, type PartyState } from './state.js';

const MISSED: readonly PartyState[] = ['missed', 'no_answer', 'busy', 'unreachable'];

const isCallee = ({ role }: Party): boolean => role === 'callee';

/**
 * Whether a call is over that no callee accepted or rejected. Of a group it may be known that
 * somebody answered, and not who.
 */
export const isMissed = (state: CallState): boolean =>
  isOver(state) &&
  state.acceptedAt === undefined &&
  !state.parties.some((party) => isCallee(party) && party.state === 'rejected');

/** Who missed it: in a group that others answered as well. */
export const missedBy = ({ parties }: CallState): string[] =>
  parties
    .filter((party) => isCallee(party) && MISSED.includes(party.state))
    .map(({ userId }) => userId);
