import { createHash, timingSafeEqual } from 'node:crypto';
import type { ProviderReport } from '../../call/events.js';
import type {
  Acknowledgement,
  PhonePush,
  PhonePushes,
  PhonePushKind,
  ReadPush,
} from '../../ports/phone-pushes.js';
import { type Bye, byeOf } from './byetype.js';
import { type Members, type Message, partOf, readMessage, textOf, writeXml } from './message.js';
import { readBeijing } from './signature.js';

/** By the last part of the path, or, where all come to one, by `action`. */
const KINDS: ReadonlyMap<string, PhonePushKind> = new Map([
  ['callauth', 'auth'],
  ['callestablish', 'established'],
  ['hangup', 'hangup'],
  ['cdr', 'cdr'],
]);

/** Longer than any id that was seen (32), and short enough for a search attribute. */
const MAX_ID_CHARS = 64;

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Pushes of Yuntongxun, in XML or JSON. They carry no signature: whoever knows the secret end of the
 * path is believed, for calls whose token it knows as well.
 */
export function createYuntongxunPushes({ secret }: { readonly secret: string }): PhonePushes {
  const expected = hash(secret);
  return {
    provider: 'yuntongxun',
    admits: ({ key }) => timingSafeEqual(hash(key), expected),
    read({ name, body }) {
      const message = readMessage(body);
      const push = message && read(name, message);
      return message && push && answered(message, push);
    },
  };
}

const answered = ({ format }: Message, push: PhonePush): ReadPush => ({
  push,
  acknowledge: (allow) => acknowledge(push.kind === 'auth' && !allow ? VETO : OK, format),
});

function read(name: string, { members }: Message): PhonePush | undefined {
  const action = textOf(members, 'action') ?? name;
  const kind = KINDS.get(name.toLowerCase()) ?? KINDS.get(action.toLowerCase());
  if (kind === undefined) return undefined;
  const legs = kind === 'cdr' ? legsOf(members) : [];
  const all: Members = Object.assign({}, ...legs.toReversed(), members) as Members;
  const providerCallId = textOf(all, 'callSid');
  const token = textOf(all, 'userData');
  if (providerCallId === undefined || providerCallId.length > MAX_ID_CHARS) return undefined;
  const reports: readonly ProviderReport[] = [
    { type: 'placed', providerCallId },
    ...reportsOf(kind, all, legs),
  ];
  return { kind, providerCallId, reports, ...(token !== undefined && { token }) };
}

function legsOf(members: Members): readonly Members[] {
  const legs = [partOf(members, 'callerCdr'), partOf(members, 'calledCdr')];
  return legs.filter((leg) => leg !== undefined);
}

function reportsOf(kind: PhonePushKind, all: Members, legs: readonly Members[]): ProviderReport[] {
  switch (kind) {
    case 'auth':
    case 'stage':
      return [];
    case 'established':
      return [{ type: 'bridged', ...at(timeOf(all, 'time', 'starttime')) }];
    case 'hangup':
      return [overOf(all, all), ...enrichedBy({ ...durationOf(all), ...recordingOf(all) })];
    case 'cdr':
      return [overOf(all, legs[1] ?? all), ...enrichedBy(recordOf(all, legs))];
  }
}

const at = (time: number | undefined) => (time === undefined ? {} : { at: time });

function timeOf(members: Members, ...names: readonly string[]): number | undefined {
  const text = textOf(members, ...names);
  return text === undefined ? undefined : readBeijing(text);
}

function secondsOf(members: Members, ...names: readonly string[]): number | undefined {
  const seconds = Number(textOf(members, ...names));
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

/** What the provider's word for the end says, whatever was heard before. */
function overOf(all: Members, calleeLeg: Members): ProviderReport {
  const byetype = textOf(all, 'byetype');
  const { cause, by, wasBridged }: Bye = byeOf(byetype);
  const answeredAt = timeOf(calleeLeg, 'starttime');
  return {
    type: 'over',
    cause,
    ...at(timeOf(all, 'endtime')),
    ...(by !== undefined && { by }),
    ...(wasBridged && { acceptedAt: answeredAt ?? timeOf(all, 'endtime') ?? 0 }),
    evidence: `byetype ${byetype ?? 'missing'}`,
  };
}

const enrichedBy = (facts: Omit<Extract<ProviderReport, { type: 'enriched' }>, 'type'>) =>
  Object.keys(facts).length === 0 ? [] : [{ type: 'enriched' as const, ...facts }];

function durationOf(all: Members) {
  const durationMs = secondsOf(all, 'talkDuration', 'duration');
  return durationMs === undefined ? {} : { durationMs };
}

function recordingOf(all: Members) {
  const recordingUrl = textOf(all, 'recordurl');
  return recordingUrl === undefined ? {} : { recordingUrl };
}

function recordOf(all: Members, legs: readonly Members[]) {
  const billedMs = secondsOf(all, 'duration');
  const byetype = textOf(all, 'byetype');
  const [caller, callee] = legs.length === 2 ? legs : [undefined, undefined];
  return {
    ...durationOf(all),
    ...recordingOf(all),
    ...(billedMs !== undefined && { billedMs }),
    ...(byetype !== undefined && { endWord: byetype }),
    ...(caller !== undefined && { callerLeg: legTimes(caller) }),
    ...(callee !== undefined && { calleeLeg: legTimes(callee) }),
  };
}

const legTimes = (leg: Members) => {
  const [rangAt, answeredAt, endedAt] = [
    timeOf(leg, 'ringingBeginTime', 'beginCallTime'),
    timeOf(leg, 'starttime'),
    timeOf(leg, 'endtime'),
  ];
  return {
    ...(rangAt !== undefined && { rangAt }),
    ...(answeredAt !== undefined && { answeredAt }),
    ...(endedAt !== undefined && { endedAt }),
  };
};

const OK = '000000';
/** Anything but `OK` keeps the provider from dialling, and ends the call with byetype -7. */
const VETO = '000001';

function acknowledge(statuscode: string, format: Message['format']): Acknowledgement {
  return format === 'xml'
    ? { contentType: 'application/xml;charset=utf-8', body: writeXml({ Response: { statuscode } }) }
    : { contentType: 'application/json;charset=utf-8', body: JSON.stringify({ statuscode }) };
}
