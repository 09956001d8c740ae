import { CHANNEL_POLICIES } from './channel-policy.js';
import {
  type CallState,
  type CallStatus,
  callerOf,
  type EndCause,
  type Ending,
  isInCall,
  type Party,
  type PartyState,
  partiesIn,
  type Wish,
} from './state.js';
import {
  andThen,
  change,
  type OutwardEvent,
  type RingingStopped,
  type Step,
  stay,
} from './step.js';

/** The end reason the API shows when the one who ended the call gave none. */
export const DEFAULT_END_REASON: Readonly<Record<EndCause, string>> = {
  rejected: 'user_reject',
  cancelled: 'caller_cancel',
  no_answer: 'no_answer_timeout',
  busy: 'callee_busy',
  hangup: 'local_hangup',
  media_timeout: 'media_timeout',
  all_left: 'all_left',
  max_duration: 'max_duration',
  unreachable: 'unreachable',
  provider_failed: 'provider_failed',
  provider_lost: 'provider_lost',
  dial_unknown: 'dial_unknown',
  superseded: 'superseded',
  ops_ended: 'ops_ended',
};

const BUSY_REASONS: readonly string[] = ['callee_busy', 'busy', 'line_busy'];
export const isBusyReason = (reason: string | undefined): boolean =>
  reason !== undefined && BUSY_REASONS.includes(reason);

export const SYSTEM = 'system';

export interface End {
  readonly wish: Wish;
  readonly by: string;
  readonly cause: EndCause;
  readonly reason?: string;
  /** Only a callee's reject ends as `rejected` whatever its cause. */
  readonly status?: CallStatus;
}

const STATUS_OF_CAUSE: Partial<Record<EndCause, CallStatus>> = {
  rejected: 'rejected',
  cancelled: 'cancelled',
};

const WHY_RINGING_STOPPED: Partial<Record<EndCause, RingingStopped>> = {
  rejected: 'rejected_elsewhere',
  busy: 'rejected_elsewhere',
  cancelled: 'cancelled',
  no_answer: 'timeout',
};

/** Ends the call at once, or, where a provider has to confirm, remembers the wish to end it. */
export function endCall(state: CallState, end: End, now: number): Step {
  if (CHANNEL_POLICIES[state.channel].endsBy === 'word') return finish(state, end, now);
  return wishToEnd(state, end, now);
}

/** An operator who still wants an end after this long is not waiting for the provider any more. */
const GIVE_UP_AFTER_MS = 30_000;

function wishToEnd(state: CallState, end: End, now: number): Step {
  const { wish, by, cause, reason } = end;
  const standing = state.ending;
  if (standing?.wish === 'operator' && wish === 'operator') {
    return now < standing.at + GIVE_UP_AFTER_MS ? stay(state) : giveUp(state, end, now);
  }
  if (state.forgotten === true) return stay(state);
  if (standing !== undefined && !replaces(state, end, standing)) return stay(state);
  const ending: Ending = { wish, by, at: now, cause, ...given(reason) };
  const step = change(state, { ending }, now, { type: 'call.updated' });
  return { ...step, effects: [...step.effects, { type: 'end-at-provider', ending }] };
}

/** Over here and now; what it holds at its provider is given back however long that takes. */
function giveUp(state: CallState, end: End, now: number): Step {
  const isPlaced = state.providerCallId !== undefined;
  return finish(isPlaced ? { ...state, unreleased: true } : state, end, now);
}

/** A wish that leaves alone two people who speak by now: a cancel, and a ring that ran out. */
export const isGuarded = ({ wish, cause }: Pick<Ending, 'wish' | 'cause'>): boolean =>
  wish === 'cancel' || (wish === 'deadline' && cause === 'no_answer');

/** Whoever wants an end in any case is not content with a guarded wish; an operator's may have to be given up. */
function replaces({ channel }: CallState, wanted: End, standing: Ending): boolean {
  if (wanted.wish === 'operator') return true;
  return CHANNEL_POLICIES[channel].guardsItsEnd && isGuarded(standing) && !isGuarded(wanted);
}

/** The one place where a call reaches its terminal state. */
export function finish(state: CallState, end: End, now: number, evidence?: string): Step {
  const endedAt = Math.max(state.touchedAt, now);
  const ringing = partiesIn(state, 'ringing');
  const whoRang = stateAfterRinging(state, end);
  const { ending: _answeredWish, asked: _answeredQuestion, ...settled } = state;
  return change(
    settled,
    {
      status: end.status ?? STATUS_OF_CAUSE[end.cause] ?? 'ended',
      cause: end.cause,
      reason: end.reason ?? DEFAULT_END_REASON[end.cause],
      endedAt,
      endedBy: end.by,
      parties: state.parties.map((party) => settle(party, whoRang, endedAt)),
      ...(evidence !== undefined && { evidence }),
    },
    now,
    ...ringing.map((party) => ({
      type: 'call.ringing_stopped' as const,
      userId: party.userId,
      why: WHY_RINGING_STOPPED[end.cause] ?? ('ended' as const),
    })),
    { type: 'call.ended' },
  );
}

/** What is told of a call that is over where nobody was told so; one that was never announced stays untold. */
export const endToTell = ({ cause, version, touchedAt: at }: CallState): OutwardEvent[] =>
  cause === 'unreachable' ? [] : [{ type: 'call.ended', version, at }];

function settle(party: Party, whoRang: Pick<Party, 'state' | 'reason'>, endedAt: number): Party {
  if (!isInCall(party)) return party;
  if (party.state !== 'ringing') return { ...party, state: 'left', leftAt: endedAt };
  return { ...party, ...whoRang };
}

function stateAfterRinging(
  state: CallState,
  { cause, status, reason }: End,
): Pick<Party, 'state' | 'reason'> {
  const somebodyAnswered = state.acceptedAt !== undefined;
  if (somebodyAnswered && !state.parties.some(hasAnswered)) return { state: 'unknown' };
  if (status === 'rejected' || cause === 'rejected') return { state: 'rejected', ...given(reason) };
  if (cause === 'busy' || cause === 'unreachable' || cause === 'no_answer') return { state: cause };
  return { state: 'missed' };
}

const hasAnswered = ({ acceptedAt }: Party): boolean => acceptedAt !== undefined;

/** After a party is out: a call that has nobody left to speak or to ring ends. */
export function endIfNobodyIsLeft(
  step: Step,
  by: string,
  reason: string | undefined,
  now: number,
): Step {
  return andThen(step, (state): Step => {
    if (partiesIn(state, 'ringing').length > 0) return stay(state);
    const present = partiesIn(state, 'present').length;
    if (state.acceptedAt === undefined) {
      const verdict = verdictOfUnanswered(state);
      return endCall(state, { by, wish: 'deadline', ...verdict, ...given(reason) }, now);
    }
    if (present > 1) return stay(state);
    const cause = present === 1 ? 'hangup' : 'all_left';
    return endCall(state, { by, wish: 'deadline', cause, ...given(reason) }, now);
  });
}

/** The reason as a member, absent where none was given. */
export const given = (reason: string | undefined) => (reason === undefined ? {} : { reason });

/** How a call ends that nobody answered, from what each callee did. */
function verdictOfUnanswered(state: CallState): Pick<End, 'cause' | 'status'> {
  const callees = state.parties.filter((party) => party !== callerOf(state));
  const every = (test: (party: Party) => boolean) => callees.every(test);
  const any = (wanted: PartyState) => callees.some((party) => party.state === wanted);
  if (every((party) => party.state === 'rejected')) {
    const cause = every((party) => isBusyReason(party.reason)) ? 'busy' : 'rejected';
    return { cause, status: 'rejected' };
  }
  if (any('no_answer')) return { cause: 'no_answer' };
  if (any('busy')) return { cause: 'busy' };
  return { cause: 'unreachable' };
}
