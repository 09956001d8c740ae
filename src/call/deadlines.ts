import { CHANNEL_POLICIES } from './channel-policy.js';
import { endCall, endIfNobodyIsLeft, SYSTEM } from './ending.js';
import type { Deadline } from './events.js';
import { isPlacing, neverFound, RECONCILE_MS, unclaimed } from './placing.js';
import { type CallState, type DeadlineKind, isOver, type Party, partiesIn } from './state.js';
import { andThen, change, note, type Step, stay, withParty } from './step.js';

/** How long a provider may take to answer a question before the deadline decides without it. */
export const PROVIDER_ANSWER_MS = 10_000;
/** A liveness deadline found this late was missed by us, not by the parties: it runs once more. */
const DEAF_AFTER_MS = 5_000;

/** The deadline that comes first, or none. Ties go to the one listed first. */
export function nextDeadline(state: CallState): Deadline | undefined {
  if (isOver(state)) return undefined;
  const wishes = [claim, ring, connect, allLeft, maxDuration];
  const endsAnyway = state.ending !== undefined || state.forgotten === true;
  const candidates = [reconcile, ...(endsAnyway ? [] : wishes)];
  return candidates
    .map((candidate) => candidate(state))
    .filter((deadline) => deadline !== undefined)
    .reduce<Deadline | undefined>(
      (first, deadline) => (first === undefined || deadline.at < first.at ? deadline : first),
      undefined,
    );
}

/** Applies every deadline that is due, in order: what must happen before a command is judged. */
export function applyOverdue(state: CallState, now: number): Step {
  const due = nextDeadline(state);
  if (due === undefined || due.at > now) return stay(state);
  return andThen(applyDeadline(state, due, now), (next) => applyOverdue(next, now));
}

/** A no-op unless this is still the deadline the call is waiting for. */
export function applyDeadline(state: CallState, deadline: Deadline, now: number): Step {
  const next = nextDeadline(state);
  if (next?.kind !== deadline.kind || next.at !== deadline.at) return stay(state);
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
  const liveness = kind === 'connect' || kind === 'all_left';
  return liveness && now > at + DEAF_AFTER_MS && state.rearmed?.[kind] === undefined;
}

const deadline = (state: CallState, kind: DeadlineKind, at: number): Deadline => ({
  type: 'deadline',
  kind,
  at: state.asked?.kind === kind ? state.asked.at + PROVIDER_ANSWER_MS : at,
});

const since = (state: CallState, kind: DeadlineKind, from: number): number =>
  Math.max(from, state.rearmed?.[kind] ?? from);

function ring(state: CallState): Deadline | undefined {
  if (isPlacing(state) || partiesIn(state, 'ringing').length === 0) return undefined;
  return deadline(state, 'ring', state.ring.until + CHANNEL_POLICIES[state.channel].ringGraceMs);
}

function claim(state: CallState): Deadline | undefined {
  return state.claimBy === undefined ? undefined : deadline(state, 'claim', state.claimBy);
}

function reconcile(state: CallState): Deadline | undefined {
  if (!isPlacing(state)) return undefined;
  return deadline(state, 'reconcile', state.ring.until + RECONCILE_MS);
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
  return deadline(state, 'max_duration', state.acceptedAt + state.limits.maxDurationMs);
}
