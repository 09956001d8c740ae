import { CHANNEL_POLICIES } from './channel-policy.js';
import { answer, decline, leave } from './commands.js';
import { type End, finish, given, isGuarded, SYSTEM } from './ending.js';
import type { ProviderReport } from './events.js';
import { found, hinted } from './hints.js';
import { media, ringing, start } from './media-reports.js';
import { PHONE_STAGES, type PhoneStage } from './phone-stages.js';
import { asKnown, forgotten, placed, placingUnknown, refused, released } from './placing.js';
import { areSameFacts } from './same-facts.js';
import { type CallState, isInCall, isOver, type Party, partiesIn, partyOf } from './state.js';
import { andThen, change, clampTime, type Step, stay } from './step.js';
import { streamReport } from './stream.js';

export function applyProviderReport(state: CallState, report: ProviderReport, now: number): Step {
  if (report.type === 'enriched') return enrich(state, report, now);
  if (isOver(state)) return provesRelease(report) ? released(state, now) : stay(state);
  switch (report.type) {
    case 'placed':
      return placed(state, report, now);
    case 'refused':
      return refused(state, report, now);
    case 'placing-unknown':
      return placingUnknown(state, report, now);
    case 'as-known':
      return asKnown(state);
    case 'hint':
      return hinted(state, report);
    case 'room':
      // Who may come back is waited for, and told of as a party.
      return stay(state);
    case 'found':
      return found(state, report, now);
    case 'forgotten':
      return forgotten(state);
    case 'party':
      return partyFact(state, report, now);
    case 'stage':
      return staged(state, report, now);
    case 'bridged':
      return bridged(state, clampTime(state, report.at, now));
    case 'guard-refused':
      return guardRefused(state, now);
    case 'over':
      return over(state, report, now);
    case 'stream':
      return streamReport(state, report, now);
  }
}

const provesRelease = ({ type }: ProviderReport): boolean =>
  type === 'over' || type === 'forgotten';

type PartyReport = Extract<ProviderReport, { type: 'party' }>;

function partyFact(state: CallState, report: PartyReport, now: number): Step {
  const at = clampTime(state, report.at, now);
  const known = partyOf(state, report.userId);
  if (known === undefined) {
    if (state.bizType !== 'group') return stay(state);
    return andThen(addParty(state, report, now), (next) => partyFact(next, report, now));
  }
  const { fact, reason } = report;
  switch (fact) {
    case 'ringing':
      return ringing(state, known, at, now);
    case 'answered':
      return answered(state, known, at);
    case 'joined':
      return joined(state, known, at);
    case 'left':
      return partyLeft(state, known, reason, at);
    case 'rejected':
    case 'busy':
    case 'unreachable':
    case 'no_answer':
      return declined(state, known, fact, reason, at);
  }
}

const DECLINES = ['rejected', 'busy', 'unreachable', 'no_answer'] as const;
type Decline = (typeof DECLINES)[number];

/** Of a group it may be a guess: the provider's own word counts, which may have come meanwhile. */
function declined(
  state: CallState,
  known: Party,
  fact: Decline,
  reason: string | undefined,
  at: number,
): Step {
  if (known.state !== 'ringing') return stay(state);
  const word = state.bizType === 'group' ? state.heard?.words[known.userId]?.fact : undefined;
  const as = DECLINES.find((each) => each === word) ?? fact;
  return decline(state, { userId: known.userId, as, ...given(reason) }, at);
}

/** A provider's join implies an answer, except where answering is a command of ours (rtc). */
function joined(state: CallState, known: Party, at: number): Step {
  const implied = !CHANNEL_POLICIES[state.channel].answeredByCommand && known.state === 'ringing';
  const answered = implied ? answer(state, known.userId, undefined, at) : stay(state);
  return andThen(answered, (next) => roomMedia(next, known.userId, 'joined', at));
}

/** On rtc a user who left the room may come back; elsewhere the provider's word is final. */
function partyLeft(state: CallState, known: Party, reason: string | undefined, at: number): Step {
  if (CHANNEL_POLICIES[state.channel].answeredByCommand) {
    return roomMedia(state, known.userId, 'left', at);
  }
  const implied =
    known.state === 'ringing' ? answer(state, known.userId, undefined, at) : undefined;
  return andThen(implied ?? stay(state), (next) =>
    partyOf(next, known.userId)?.state === 'present'
      ? leave(next, known.userId, reason, at)
      : stay(next),
  );
}

/** What a room says of a user, kept under the terminal the user speaks on. */
function roomMedia(state: CallState, userId: string, stage: 'joined' | 'left', at: number): Step {
  const party = partyOf(state, userId);
  if (party === undefined || (party.state !== 'present' && party.state !== 'ringing')) {
    return stay(state);
  }
  const terminalId = party.terminalId ?? 'room';
  const starts = stage === 'joined' && state.status === 'accepted';
  if (party.media?.[terminalId]?.stage === stage && !starts) return stay(state);
  return media(state, party, { type: 'media-state', userId, terminalId, stage }, at);
}

/** Whoever is rung later has a whole ring of their own. */
function addParty(state: CallState, { userId, fact }: PartyReport, now: number): Step {
  const added = { userId, role: 'callee', state: 'ringing', addedBy: 'provider' } as const;
  const parties = [...state.parties, added];
  const told = { type: 'call.party_changed', userId } as const;
  if (fact !== 'ringing') return change(state, { parties }, now, told);
  const { asked, ...unasked } = state;
  const until = Math.max(state.ring.until, now + state.ring.timeoutMs);
  const current = asked?.kind === 'ring' ? unasked : state;
  return change(current, { parties, ring: { ...state.ring, until } }, now, told);
}

/** Of a group that a provider carries somebody may come back who was out. */
function answered(state: CallState, known: Party, at: number): Step {
  const { userId } = known;
  if (known.state === 'ringing') return answer(state, userId, undefined, at);
  const comesBack = state.bizType === 'group' && !CHANNEL_POLICIES[state.channel].answeredByCommand;
  if (!comesBack || isInCall(known) || state.acceptedAt === undefined) return stay(state);
  const { leftAt: _left, reason: _why, ...kept } = known;
  const back: Party = { ...kept, state: 'present', acceptedAt: kept.acceptedAt ?? at };
  const parties = state.parties.map((party) => (party === known ? back : party));
  return change(state, { parties }, at, { type: 'call.party_changed', userId });
}

/** Both legs are joined: accepted and ongoing in one step. */
function bridged(state: CallState, at: number): Step {
  const callee = state.parties.find((party) => party.role === 'callee');
  if (callee === undefined) return stay(state);
  const accepted =
    callee.state === 'ringing' ? answer(state, callee.userId, undefined, at) : stay(state);
  return andThen(accepted, (next) =>
    next.status === 'accepted' ? start(next, {}, callee.userId, at) : stay(next),
  );
}

/** Folded by rank: what comes late or twice is no news. */
function staged(
  state: CallState,
  { stage, at }: Extract<ProviderReport, { type: 'stage' }>,
  now: number,
): Step {
  if (stage === 'bridged') return bridged(state, clampTime(state, at, now));
  const rank = (of: PhoneStage | undefined) => PHONE_STAGES.indexOf(of ?? 'requested');
  const isNews = rank(stage) > rank(state.stage) && state.acceptedAt === undefined;
  return isNews ? change(state, { stage }, now, { type: 'call.updated' }) : stay(state);
}

/** A wish that was to hold only before an answer. Of an unanswered ring nothing is awaited any more. */
function guardRefused(state: CallState, now: number): Step {
  const { ending, ...goesOn } = state;
  if (ending === undefined || !isGuarded(ending)) return stay(state);
  const rungOut = ending.wish === 'deadline';
  return change(goesOn, rungOut ? { rungOut } : {}, now, { type: 'call.updated' });
}

/** The provider's word that the call is over. Our own standing wish names the cause. */
function over(
  state: CallState,
  report: Extract<ProviderReport, { type: 'over' }>,
  now: number,
): Step {
  const answered = answeredAtLast(state, report.acceptedAt, now);
  const at = clampTime(answered.state, report.at, now);
  return andThen(answered, (current) =>
    finish(current, endOf(current, report), at, report.evidence),
  );
}

/** Answered before we saw it. By whom is known only where one callee was called. */
function answeredAtLast(state: CallState, acceptedAt: number | undefined, now: number): Step {
  if (acceptedAt === undefined || state.acceptedAt !== undefined) return stay(state);
  const at = clampTime(state, acceptedAt, now);
  const [ringing] = partiesIn(state, 'ringing');
  if (state.bizType === 'group') {
    return change(state, { status: 'accepted', acceptedAt: at }, at, { type: 'call.accepted' });
  }
  if (CHANNEL_POLICIES[state.channel].bridges) return bridged(state, at);
  return ringing === undefined ? stay(state) : answer(state, ringing.userId, undefined, at);
}

function endOf(state: CallState, report: Extract<ProviderReport, { type: 'over' }>): End {
  const { ending } = state;
  const by = state.parties.find(({ role }) => role === report.by)?.userId ?? SYSTEM;
  const told = ending ?? { wish: 'hangup' as const, ...report, by };
  const answered = state.acceptedAt !== undefined;
  const unansweredCause = told.cause === 'cancelled' || told.cause === 'no_answer';
  const cause = answered && unansweredCause ? 'hangup' : told.cause;
  return { wish: told.wish, by: told.by, cause, ...given(told.reason) };
}

function enrich(
  state: CallState,
  report: Extract<ProviderReport, { type: 'enriched' }>,
  now: number,
): Step {
  const { type: _type, ...facts } = report;
  const enrichment = { ...state.enrichment, ...facts };
  if (areSameFacts(enrichment, state.enrichment ?? {})) return stay(state);
  return change(state, { enrichment }, now, { type: 'call.updated' });
}
