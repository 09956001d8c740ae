import { PARTY_FACTS, type ProviderReport } from '../call/events.js';
import { PHONE_STAGES } from '../call/phone-stages.js';
import { END_CAUSES } from '../call/state.js';
import type { Parsed } from './command-payload.js';

type Check = (value: unknown) => boolean;
/** Below what Temporal takes as a search attribute, which a provider's id becomes. */
const MAX_TEXT = 1_000;
const isShort: Check = (value) => typeof value === 'string' && value.length <= MAX_TEXT;
const isText: Check = (value) => isShort(value) && value !== '';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isResults: Check = (value) =>
  Array.isArray(value) &&
  value.every(
    (each: unknown) =>
      typeof each === 'object' &&
      each !== null &&
      'userId' in each &&
      isText(each.userId) &&
      'code' in each &&
      isNumber(each.code),
  );
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const isLeg: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  ['rangAt', 'answeredAt', 'endedAt'].every((name) =>
    maybe(isNumber)((value as Readonly<Record<string, unknown>>)[name]),
  );

const MEMBERS: Readonly<Record<ProviderReport['type'], Readonly<Record<string, Check>>>> = {
  placed: { providerCallId: isText, results: maybe(isResults) },
  refused: { code: isNumber, info: isShort, reason: maybe(isText) },
  'placing-unknown': { evidence: isText, askedAt: maybe(isNumber) },
  'as-known': { evidence: maybe(isText) },
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
  enriched: {
    durationMs: maybe(isNumber),
    recordingUrl: maybe(isText),
    billedMs: maybe(isNumber),
    endWord: maybe(isText),
    callerLeg: maybe(isLeg),
    calleeLeg: maybe(isLeg),
  },
};

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
