import { type CallState, callerOf, isInCall, isOver, partiesIn, partyOf } from '../call/state.js';
import type { BlockedLine, ReserveOutcome } from '../ports/reservations.js';

/** A line that is taken, and by which call. */
export interface HeldLine extends BlockedLine {
  readonly holder: CallState;
}

/** Whose lines a new call takes; on other channels nobody's until somebody answers. */
export const linesWanted = (state: CallState): string[] =>
  state.channel === 'rtc' ? state.parties.map((party) => party.userId).sort() : [];

/**
 * Whose lines a call takes on its way, where they are free: on robot calls those who answered. In one
 * order, like those wanted: two calls must not wait for each other's.
 */
export const linesJoined = (state: CallState): string[] =>
  state.channel === 'robot' && !isOver(state)
    ? partiesIn(state, 'present')
        .filter(({ role }) => role === 'callee')
        .map(({ userId }) => userId)
        .sort()
    : [];

/** Whose lines a call no longer holds. */
export const linesDone = (state: CallState): string[] =>
  state.parties.filter((party) => isOver(state) || !isInCall(party)).map((party) => party.userId);

export type LineDecision = Extract<
  ReserveOutcome,
  { kind: 'reserved' | 'callee-busy' | 'caller-busy' }
>;

/**
 * A busy callee comes first: of two people calling each other, the second must hear that the other
 * one is busy, although the second's own line is taken as well.
 */
export function decideLines(state: CallState, held: readonly HeldLine[]): LineDecision {
  const caller = callerOf(state);
  const blocked = held.find((line) => line.userId !== caller.userId);
  if (blocked !== undefined) return { kind: 'callee-busy', line: blockedLine(blocked) };
  const own = held[0];
  if (own === undefined) return { kind: 'reserved' };
  const there = partyOf(own.holder, caller.userId)?.terminalId;
  if (there !== undefined && there === caller.terminalId) {
    return { kind: 'reserved', supersedes: own.callId };
  }
  return { kind: 'caller-busy', line: blockedLine(own) };
}

const blockedLine = ({ userId, callId, startBy }: HeldLine): BlockedLine => ({
  userId,
  callId,
  startBy,
});
