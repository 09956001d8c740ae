import { CHANNEL_POLICIES } from './channel-policy.js';
import { endCall, endIfNobodyIsLeft, SYSTEM } from './ending.js';
import type { Deadline } from './events.js';
import { isPlacing, neverFound, reconcileUntil, unclaimed } from './placing.js';
import { type CallState, type DeadlineKind, isOver, type Party, partiesIn } from './state.js';
import { andThen, change, note, type Step, stay, withParty } from './step.js';

/** A deadline of these found this late was missed by us, not by the others: it runs once more. */
const DEAF_AFTER_MS = 5_000;
const RUNS_ONCE_MORE: readonly DeadlineKind[] = ['connect', 'all_left', 'reconcile'];

/** The deadline that comes first, or none. Ties go to the one listed first. */
export const nextDeadline = (state: CallState): Deadline | undefined => earliest(pending(state));

/**
 * Applies every deadline that is due, in order: what must happen before a command is judged. Only
 * its own timer gives up a placing: what is said meanwhile may be what came of it.
 */
export function applyOverdue(state: CallState, now: number): Step {
  const due = earliest(pending(state).filter(({ kind }) => kind !== 'reconcile'));
  if (due === undefined || due.at > now) return stay(state);
  return andThen(applyDeadline(state, due, now), (next) => applyOverdue(next, now));
}

function pending(state: CallState): readonly Deadline[] {
  if (isOver(state)) return [];
  const wishes = [claim, ring, connect, allLeft, maxDuration, backstop];
  const endsAnyway = state.ending !== undefined || state.forgotten === true;
  const candidates = [reconcile, ...(endsAnyway ? [] : wishes)];
  return candidates
    .map((candidate) => candidate(state))
    .filter((deadline) => deadline !== undefined);
}

const earliest = (deadlines: readonly Deadline[]): Deadline | undefined =>
  deadlines.reduce<Deadline | undefined>(
    (first, deadline) => (first === undefined || deadline.at < first.at ? deadline : first),
    undefined,
  );

/** A no-op unless this is still a deadline that the call is waiting for. */
export function applyDeadline(state: CallState, deadline: Deadline, now: number): Step {
  const waits = pending(state).some(({ kind, at }) => kind === deadline.kind && at === deadline.at);
  if (!waits) return stay(state);
  if (weWereDeaf(state, deadline, now)) {
    return note(state, { rearmed: { ...state.rearmed, [deadline.kind]: now } });
  }
  if (mustAskFirst(state, deadline.kind)) {
    const asked = note(state, { asked: { kind: deadline.kind, at: now } });
    return { ...asked, effects: [{ type: 'ask-provider', about: deadline.kind }] };
  }
  return expire(state, deadline.kind, now);
}

function expire(state: CallState, kind: DeadlineKind, now: number): Step {
  switch (kind) {
    case 'ring':
      return ringRanOut(state, now);
    case 'connect':
      return endCall(state, { wish: 'deadline', by: SYSTEM, cause: 'media_timeout' }, now);
    case 'all_left':
      return endCall(state, { wish: 'deadline', by: SYSTEM, cause: 'all_left' }, now);
    case 'max_duration':
      return endCall(state, { wish: 'deadline', by: SYSTEM, cause: 'max_duration' }, now);
    case 'claim':
      return unclaimed(state, now);
    case 'reconcile':
      return neverFound(state, now);
    case 'backstop':
      return endCall(state, { wish: 'deadline', by: SYSTEM, cause: 'provider_lost' }, now);
  }
}

function ringRanOut(state: CallState, now: number): Step {
  if (state.bizType === 'single') {
    return endCall(state, { wish: 'deadline', by: SYSTEM, cause: 'no_answer' }, now);
  }
  const out = partiesIn(state, 'ringing').reduce(
    (step, party) => andThen(step, (current) => stopRinging(current, party, now)),
    stay(state),
  );
  return endIfNobodyIsLeft(out, SYSTEM, undefined, now);
}

const stopRinging = (state: CallState, { userId }: Party, now: number): Step =>
  change(
    state,
    withParty(state, userId, { state: 'no_answer' }),
    now,
    { type: 'call.ringing_stopped', userId, why: 'timeout' },
    { type: 'call.party_changed', userId },
  );

/** Those about which a provider knows nothing. */
const OURS_ALONE: readonly DeadlineKind[] = ['claim', 'reconcile'];

function mustAskFirst(state: CallState, kind: DeadlineKind): boolean {
  if (OURS_ALONE.includes(kind)) return false;
  return CHANNEL_POLICIES[state.channel].endsBy === 'confirmation' && state.asked?.kind !== kind;
}

function weWereDeaf(state: CallState, { kind, at }: Deadline, now: number): boolean {
  const isLate = RUNS_ONCE_MORE.includes(kind) && now > at + DEAF_AFTER_MS;
  return isLate && state.rearmed?.[kind] === undefined;
}

/** None while the provider is asked about it: silence ends nobody's conversation. */
function deadline({ asked }: CallState, kind: DeadlineKind, at: number): Deadline | undefined {
  if (asked?.kind !== kind) return { type: 'deadline', kind, at };
  return asked.answered && { type: 'deadline', kind, at: asked.at };
}

const since = (state: CallState, kind: DeadlineKind, from: number): number =>
  Math.max(from, state.rearmed?.[kind] ?? from);

function ring(state: CallState): Deadline | undefined {
  const rings = partiesIn(state, 'ringing').length > 0 && state.rungOut !== true;
  if (isPlacing(state) || !rings) return undefined;
  return deadline(state, 'ring', state.ring.until + CHANNEL_POLICIES[state.channel].ringGraceMs);
}

function claim(state: CallState): Deadline | undefined {
  return state.claimBy === undefined ? undefined : deadline(state, 'claim', state.claimBy);
}

function reconcile(state: CallState): Deadline | undefined {
  if (!isPlacing(state)) return undefined;
  return deadline(state, 'reconcile', reconcileUntil(state));
}

function connect(state: CallState): Deadline | undefined {
  const { connectMs } = state.limits;
  if (state.status !== 'accepted' || state.acceptedAt === undefined) return undefined;
  if (connectMs === undefined || state.channel !== 'rtc') return undefined;
  return deadline(state, 'connect', since(state, 'connect', state.acceptedAt) + connectMs);
}

function allLeft(state: CallState): Deadline | undefined {
  if (state.status !== 'accepted' && state.status !== 'ongoing') return undefined;
  const present = partiesIn(state, 'present');
  const left = present.map(leftMediaAt).filter((at) => at !== undefined);
  if (present.length === 0 || left.length < present.length) return undefined;
  const from = since(state, 'all_left', Math.max(...left));
  return deadline(state, 'all_left', from + state.limits.allLeftGraceMs);
}

function leftMediaAt(party: Party): number | undefined {
  const media = party.terminalId === undefined ? undefined : party.media?.[party.terminalId];
  return media?.stage === 'left' ? media.at : undefined;
}

function maxDuration(state: CallState): Deadline | undefined {
  if (state.acceptedAt === undefined) return undefined;
  return deadline(state, 'max_duration', state.acceptedAt + longest(state));
}

const longest = ({ channel, limits }: CallState): number =>
  limits.maxDurationMs + CHANNEL_POLICIES[channel].durationGraceMs;

/** Somebody may speak in a call whose answer we missed: it lasts no longer than any conversation. */
function backstop(state: CallState): Deadline | undefined {
  if (state.rungOut !== true || state.acceptedAt !== undefined) return undefined;
  const { ringGraceMs } = CHANNEL_POLICIES[state.channel];
  return deadline(state, 'backstop', state.ring.until + ringGraceMs + longest(state));
}
