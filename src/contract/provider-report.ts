import { type ProviderReport, STREAM_NEWS } from '../call/events.js';
import { PARTY_FACTS } from '../call/party-facts.js';
import { PHONE_STAGES } from '../call/phone-stages.js';
import { END_CAUSES } from '../call/state.js';
import type { Parsed } from './command-payload.js';

type Check = (value: unknown) => boolean;
type Members = Readonly<Record<string, unknown>>;
/** Below what Temporal takes as a search attribute, which a provider's id becomes. */
const MAX_TEXT = 1_000;
const isShort: Check = (value) => typeof value === 'string' && value.length <= MAX_TEXT;
const isText: Check = (value) => isShort(value) && value !== '';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const isObject =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(members).every(([name, check]) => check((value as Members)[name]));
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isResults = isListOf(isObject({ userId: isText, code: isNumber }));
const isEnded = isObject({
  cause: oneOf(...END_CAUSES),
  acceptedAt: maybe(isNumber),
  at: maybe(isNumber),
  evidence: maybe(isText),
});
const isLeg = isObject({
  rangAt: maybe(isNumber),
  answeredAt: maybe(isNumber),
  endedAt: maybe(isNumber),
});

const MEMBERS: Readonly<Record<ProviderReport['type'], Readonly<Record<string, Check>>>> = {
  placed: { providerCallId: isText, results: maybe(isResults) },
  refused: { code: isNumber, info: isShort, reason: maybe(isText) },
  'placing-unknown': { evidence: isText, askedAt: maybe(isNumber) },
  'as-known': { evidence: maybe(isText) },
  hint: {
    at: isNumber,
    parties: isListOf(isObject({ userId: isText, fact: oneOf(...PARTY_FACTS) })),
    ended: maybe(isEnded),
    media: maybe((value) => value === true),
  },
  room: { event: oneOf('entered', 'exited', 'dismissed'), userId: maybe(isText), at: isNumber },
  found: { providerCallId: isText },
  forgotten: {},
  party: {
    userId: isText,
    fact: oneOf(...PARTY_FACTS),
    at: maybe(isNumber),
    reason: maybe(isText),
  },
  stage: { stage: oneOf(...PHONE_STAGES), at: maybe(isNumber) },
  bridged: { at: maybe(isNumber) },
  'guard-refused': {},
  over: {
    cause: oneOf(...END_CAUSES),
    by: maybe(oneOf('caller', 'callee')),
    acceptedAt: maybe(isNumber),
    at: maybe(isNumber),
    reason: maybe(isText),
    evidence: maybe(isText),
  },
  stream: { now: oneOf(...STREAM_NEWS), taskId: maybe(isText), evidence: maybe(isShort) },
  enriched: {
    durationMs: maybe(isNumber),
    recordingUrl: maybe(isText),
    billedMs: maybe(isNumber),
    endWord: maybe(isText),
    callerLeg: maybe(isLeg),
    calleeLeg: maybe(isLeg),
  },
};

/** Everything a provider said at once, and of which call: it is heard by that call only. */
export interface ProviderPush {
  readonly token: string;
  readonly providerCallId: string;
  readonly reports: readonly ProviderReport[];
}

export const isPush = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && 'reports' in payload;

export function parseProviderPush(payload: unknown): Parsed<ProviderPush> {
  const { token, providerCallId, reports } = payload as Partial<
    Record<keyof ProviderPush, unknown>
  >;
  if (!isText(token)) return { invalid: 'token is missing or wrong' };
  if (!isText(providerCallId)) return { invalid: 'providerCallId is missing or wrong' };
  if (!Array.isArray(reports)) return { invalid: 'reports must be a list' };
  const read = reports.map(parseProviderReport);
  const wrong = read.find((each) => 'invalid' in each);
  if (wrong !== undefined) return wrong as { readonly invalid: string };
  const known = read.flatMap((each) => ('value' in each ? [each.value] : []));
  return {
    value: { token: token as string, providerCallId: providerCallId as string, reports: known },
  };
}

/** Checks a normalised provider fact; a signal can be sent by anyone who reaches the server. */
export function parseProviderReport(payload: unknown): Parsed<ProviderReport> {
  if (typeof payload !== 'object' || payload === null) {
    return { invalid: 'payload must be an object' };
  }
  const report = payload as Readonly<Record<string, unknown>>;
  const type = report.type;
  if (typeof type !== 'string' || !Object.hasOwn(MEMBERS, type)) return { invalid: 'unknown type' };
  const members = Object.entries(MEMBERS[type as ProviderReport['type']]);
  const wrong = members.find(([name, check]) => !check(report[name]));
  if (wrong !== undefined) return { invalid: `${wrong[0]} is missing or wrong` };
  const known = members
    .map(([name]) => [name, report[name]] as const)
    .filter(([, value]) => value !== undefined);
  return { value: { type, ...Object.fromEntries(known) } as ProviderReport };
}
