import { CHANNEL_POLICIES } from './channel-policy.js';
import { type MediaReport, REFUSAL } from './events.js';
import { type CallState, isOver, type Party, partyOf, type TerminalMedia } from './state.js';
import {
  change,
  clampTime,
  note,
  refuse,
  type Step,
  stay,
  type Transition,
  withParty,
} from './step.js';

/** A quality that changes alone enters the state at most this often for one terminal. */
export const QUALITY_INTERVAL_MS = 10_000;

/** Terminals of one party that are remembered; an app that invents new ones must not fill the state. */
const TERMINALS_REMEMBERED = 4;

export function applyMediaReport(state: CallState, report: MediaReport, now: number): Transition {
  const party = partyOf(state, report.userId);
  if (party === undefined) return refuse(REFUSAL.notParty);
  if (!CHANNEL_POLICIES[state.channel].answeredByCommand) return refuse(REFUSAL.notAllowed);
  if (isOver(state) || !speaksFor(party, report.terminalId)) return stay(state);
  if (report.stage === 'ringing') return ringing(state, party, now, now);
  const starts = report.stage === 'joined' && state.status === 'accepted';
  const known = party.media?.[report.terminalId];
  if (known?.stage === report.stage && !starts) return quality(state, party, report, known, now);
  return media(state, party, report, now);
}

/** Once a party speaks on one terminal, what its other terminals say moves nothing. */
const speaksFor = (party: Party, terminalId: string): boolean =>
  party.state === 'ringing' || (party.state === 'present' && party.terminalId === terminalId);

export function ringing(state: CallState, party: Party, at: number, now: number): Step {
  if (party.state !== 'ringing' || party.ringingAt !== undefined) return stay(state);
  const { userId } = party;
  const heard = withParty(state, userId, { ringingAt: clampTime(state, at, now) });
  return change(state, heard, now, { type: 'call.party_changed', userId });
}

export function media(state: CallState, party: Party, report: MediaReport, now: number): Step {
  const at = Math.max(state.touchedAt, now);
  const { userId, terminalId, stage } = report;
  const heard: TerminalMedia = {
    ...party.media?.[terminalId],
    stage,
    at,
    ...(report.quality !== undefined && { quality: report.quality, qualityAt: at }),
  };
  const joins = stage === 'joined' && party.joinedAt === undefined;
  const parties = withParty(state, userId, {
    media: remember(party, terminalId, heard),
    ...(joins && { joinedAt: at }),
  });
  if (stage === 'joined' && state.status === 'accepted') return start(state, parties, userId, now);
  return change(state, parties, now, { type: 'call.party_changed', userId });
}

/** The terminal heard last is the last entry; the party's own terminal is never forgotten. */
function remember(
  party: Party,
  terminalId: string,
  heard: TerminalMedia,
): NonNullable<Party['media']> {
  const others = Object.entries(party.media ?? {}).filter(([id]) => id !== terminalId);
  const own = others.filter(([id]) => id === party.terminalId);
  const rest = others.filter(([id]) => id !== party.terminalId);
  const kept = [...own, ...rest.slice(own.length + 1 - TERMINALS_REMEMBERED)];
  return Object.fromEntries([...kept, [terminalId, heard]]);
}

/** The first join after acceptance: the conversation begins. */
export function start(
  state: CallState,
  patch: Partial<CallState>,
  userId: string,
  now: number,
): Step {
  const startedAt = Math.max(state.touchedAt, now);
  const ongoing = { ...patch, status: 'ongoing' as const, startedAt };
  return change(state, ongoing, now, { type: 'call.ongoing', userId });
}

function quality(
  state: CallState,
  party: Party,
  report: MediaReport,
  known: TerminalMedia,
  now: number,
): Step {
  if (report.quality === undefined || report.quality === known.quality) return stay(state);
  if (now - (known.qualityAt ?? 0) < QUALITY_INTERVAL_MS) return stay(state);
  const heard = { ...known, quality: report.quality, qualityAt: now };
  const media = { ...party.media, [report.terminalId]: heard };
  return note(state, withParty(state, party.userId, { media }));
}
