import twilio from 'twilio';
import type { ProviderReport } from '../../call/events.js';
import type { Acknowledgement, PhonePush, PhonePushes, RawPush } from '../../ports/phone-pushes.js';
import {
  baseOf,
  goodbye,
  membersOfDoor,
  nothingToSay,
  questionAgain,
  type ScriptSettings,
  secondLeg,
} from './script.js';
import { endOf, isWaiting, type Lasted, lastedOf, leavesOpen } from './statuses.js';

export interface TwilioPushesSettings {
  readonly accountSid: string;
  readonly authToken: string;
  readonly script: ScriptSettings;
}

type Members = Readonly<Record<string, string>>;

/** Longer than any sid (34), and short enough for a search attribute. */
const MAX_ID_CHARS = 64;

const membersOf = (body: string): Members => Object.fromEntries(new URLSearchParams(body));

/** Status callbacks of both calls, and the question that comes before the second. */
export function createTwilioPushes(settings: TwilioPushesSettings): PhonePushes {
  const { accountSid, authToken, script } = settings;
  const base = baseOf(script.publicUrl);
  return {
    provider: 'twilio',
    admits({ target, headers, body }) {
      const signature = headers['x-twilio-signature'];
      if (typeof signature !== 'string') return false;
      const members = membersOf(body);
      const isSigned = twilio.validateRequest(authToken, signature, base + target, members);
      return isSigned && members.AccountSid === accountSid;
    },
    read(raw) {
      const push = read(raw, membersOf(raw.body));
      if (push === undefined) return undefined;
      const said = (allow: boolean) =>
        push.kind === 'auth' ? told(script, raw, allow) : nothingToSay();
      const again = push.kind === 'auth' ? questionAgain(script, raw.target) : undefined;
      return {
        push,
        acknowledge: (allow) => twiml(said(allow)),
        ...(again !== undefined && { askAgain: twiml(again) }),
      };
    },
  };
}

const twiml = (body: string): Acknowledgement => ({ contentType: 'text/xml', body });

function told(script: ScriptSettings, { key, target }: RawPush, allow: boolean): string {
  const dial = allow ? script.seal.open(key, membersOfDoor(target).sealed) : undefined;
  return dial === undefined ? goodbye() : secondLeg(script, key, dial);
}

function read({ key: token, name, target }: RawPush, members: Members): PhonePush | undefined {
  const providerCallId = name === 'callee' ? members.ParentCallSid : members.CallSid;
  if (providerCallId === undefined || providerCallId.length > MAX_ID_CHARS) return undefined;
  const heard = heardAt(name, members, membersOfDoor(target).limitSeconds);
  if (heard === undefined) return undefined;
  const reports: ProviderReport[] = [{ type: 'placed', providerCallId }, ...heard.reports];
  return { kind: heard.kind, token, providerCallId, reports };
}

type Heard = Pick<PhonePush, 'kind' | 'reports'>;

function heardAt(name: string, members: Members, limitSeconds: number): Heard | undefined {
  const status = members.CallStatus ?? '';
  switch (name) {
    case 'dial':
      return { kind: 'auth', reports: [{ type: 'stage', stage: 'caller_answered' }] };
    case 'caller':
      return onTheWay('caller', status, members) ?? ended('caller', status, members, limitSeconds);
    case 'callee':
      return onTheWay('callee', status, members) ?? ended('callee', status, members, limitSeconds);
    default:
      return undefined;
  }
}

function onTheWay(leg: 'caller' | 'callee', status: string, members: Members): Heard | undefined {
  const at = timeOf(members);
  if (leg === 'callee') {
    if (status === 'in-progress')
      return { kind: 'established', reports: [{ type: 'bridged', ...at }] };
    const reports = [{ type: 'stage', stage: 'callee_ringing', ...at }] as const;
    return isWaiting(status) ? { kind: 'stage', reports } : undefined;
  }
  if (status === 'ringing' || status === 'in-progress') {
    const stage = status === 'ringing' ? 'caller_ringing' : 'caller_answered';
    return { kind: 'stage', reports: [{ type: 'stage', stage, ...at }] };
  }
  return isWaiting(status) ? { kind: 'stage', reports: [] } : undefined;
}

/**
 * A status that nobody knows tells nothing. Where the caller's call was answered and is over, the
 * callee's callback may be late or lost: it is asked how it ended.
 */
function ended(
  leg: 'caller' | 'callee',
  status: string,
  members: Members,
  limitSeconds: number,
): Heard | undefined {
  const end = endOf(leg, status);
  if (end === undefined) return undefined;
  const { at } = timeOf(members);
  const lasted = lastedOf(status, at, members.CallDuration);
  const wasTalked = leg === 'callee' && status === 'completed';
  const wasLongest = wasTalked && Number(members.CallDuration) >= limitSeconds;
  const over: ProviderReport = leavesOpen(leg, status)
    ? { type: 'forgotten' }
    : {
        type: 'over',
        ...end,
        ...(wasLongest && { cause: 'max_duration' as const }),
        ...timeOf(members),
        ...(wasTalked && { acceptedAt: lasted.answeredAt ?? 0 }),
        evidence: `${leg} ${status}`,
      };
  return {
    kind: 'hangup',
    reports: [over, { type: 'enriched', ...recordOf(leg, status, lasted) }],
  };
}

/** What is billed by the minute is the longer of the two: that of the caller. */
function recordOf(leg: 'caller' | 'callee', status: string, lasted: Lasted) {
  const { answeredAt, endedAt, lastedMs } = lasted;
  const times = {
    ...(answeredAt !== undefined && { answeredAt }),
    ...(endedAt !== undefined && { endedAt }),
  };
  if (leg === 'caller') {
    return { callerLeg: times, ...(lastedMs !== undefined && { billedMs: lastedMs }) };
  }
  const talked = lastedMs === undefined ? {} : { durationMs: lastedMs };
  return { calleeLeg: times, endWord: status, ...talked };
}

/** As in a mail, to the second. */
function timeOf({ Timestamp: stamp = '' }: Members): { readonly at?: number } {
  const at = Date.parse(stamp);
  return Number.isNaN(at) ? {} : { at };
}
