import type { CallState } from './state.js';
import type { OutwardEvent } from './step.js';

/** Told only to the user they are about; all others are told to every party. */
export const TOLD_TO_ONE: readonly OutwardEvent['type'][] = [
  'call.incoming',
  'call.ringing_stopped',
];

/** The users whose devices are told. */
export function recipientsOf(state: CallState, { type, userId }: OutwardEvent): string[] {
  if (userId !== undefined && TOLD_TO_ONE.includes(type)) return [userId];
  return state.parties.map((party) => party.userId);
}
