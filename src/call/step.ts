import type { RefusalCode } from './events.js';
import type { CallState, DeadlineKind, Ending, Party } from './state.js';

export const RINGING_STOPPED = [
  'answered_elsewhere',
  'rejected_elsewhere',
  'cancelled',
  'timeout',
  'ended',
] as const;
export type RingingStopped = (typeof RINGING_STOPPED)[number];

export const EVENT_TYPES = [
  'call.incoming',
  'call.ringing_stopped',
  'call.accepted',
  'call.ongoing',
  'call.party_changed',
  'call.updated',
  'call.ended',
] as const;

/** What the outside is told, once the change behind it is durable. */
export interface OutwardEvent {
  readonly type: (typeof EVENT_TYPES)[number];
  readonly version: number;
  readonly at: number;
  /** The user it is about; who is told is said by `recipientsOf`. */
  readonly userId?: string;
  readonly terminalId?: string;
  readonly why?: RingingStopped;
}

export type Effect =
  | { readonly type: 'tell'; readonly event: OutwardEvent }
  | { readonly type: 'end-at-provider'; readonly ending: Ending }
  | { readonly type: 'ask-provider'; readonly about: DeadlineKind };

/** A state and what must be carried out because it was reached. The same state means no change. */
export interface Step {
  readonly state: CallState;
  readonly effects: readonly Effect[];
}
export interface Refusal {
  readonly refusal: RefusalCode;
}
export type Transition = Step | Refusal;

export const isRefusal = (transition: Transition): transition is Refusal => 'refusal' in transition;
export const refuse = (refusal: RefusalCode): Refusal => ({ refusal });
export const stay = (state: CallState): Step => ({ state, effects: [] });

export function andThen(first: Step, next: (state: CallState) => Step): Step {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/** What the outside is told; the other effects ask something of a provider. */
export const toldBy = (effects: readonly Effect[]): OutwardEvent[] =>
  effects.flatMap((effect) => (effect.type === 'tell' ? [effect.event] : []));

type Told = Omit<OutwardEvent, 'version' | 'at'>;

/** One observable change: the next version, and the events that tell of it. */
export function change(
  state: CallState,
  patch: Partial<CallState>,
  now: number,
  ...told: readonly Told[]
): Step {
  const version = state.version + 1;
  const touchedAt = Math.max(state.touchedAt, now);
  return {
    state: { ...state, ...patch, version, touchedAt },
    effects: told.map((event) => ({ type: 'tell', event: { ...event, version, at: touchedAt } })),
  };
}

/** A change nobody outside can see: no version, nothing told. */
export const note = (state: CallState, patch: Partial<CallState>): Step =>
  stay({ ...state, ...patch });

export const withParty = (
  state: CallState,
  userId: string,
  patch: Partial<Party>,
): Pick<CallState, 'parties'> => ({
  parties: state.parties.map((party) => (party.userId === userId ? { ...party, ...patch } : party)),
});

/** A provider's time as ours: never before what this call has already seen, never in the future. */
export const clampTime = (state: CallState, at: number | undefined, now: number): number =>
  Math.max(state.touchedAt, Math.min(at ?? now, now));
