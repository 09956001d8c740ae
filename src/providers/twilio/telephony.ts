import { setTimeout as pause } from 'node:timers/promises';
import type twilio from 'twilio';
import {
  CANCEL_GUARDS,
  type Cancel,
  type CancelOutcome,
  type Dial,
  type DialOutcome,
  type QueryOutcome,
  type Telephony,
} from '../../ports/telephony.js';
import { createTwilioClient, type TwilioAccess } from './client.js';
import { type Failure, failureOf } from './codes.js';
import { findPlaced } from './find-placed.js';
import { doorUrl, EVENTS, greeting, type ScriptSettings } from './script.js';
import { endBy, isLive, isWaiting, stageOf } from './statuses.js';

export interface TwilioSettings extends TwilioAccess {
  readonly script: ScriptSettings;
}

/** Until a call that was made shows in the list; nobody documents how long that takes. */
const LIST_AFTER_MS = 500;
/** To press a key, beyond ringing and talking. */
const SLACK_SECONDS = 60;
/** No call of Twilio's lasts longer. */
const LONGEST_SECONDS = 86_400;

type Calls = twilio.Twilio['calls'];

/** Two calls of Twilio's, the second dialled by the first: see `script.ts`. */
export function createTwilioTelephony(settings: TwilioSettings): Telephony {
  const { calls } = createTwilioClient(settings);
  const { accountSid: sid, authToken: token } = settings;
  return {
    guards: CANCEL_GUARDS,
    saysStages: true,
    hasSubAccounts: false,
    async place(dial) {
      const sentAt = Date.now();
      try {
        const { sid: providerCallId } = await calls.create(callOf(settings.script, dial));
        return typeof providerCallId === 'string' ? { kind: 'accepted', providerCallId } : UNREAD;
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === 'refused') return failure;
        return lookedFor(calls, settings.script.callerNumber, { dial, sentAt, failure });
      }
    },
    cancel: (cancel) => cancelled(calls, cancel).catch(declinedOrUnknown),
    query: (providerCallId) => queried(calls, providerCallId).catch(unexplained),
    subAccount: async () => ({ kind: 'account', account: { sid, token } }),
  };
}

const UNREAD = { kind: 'unknown', evidence: { fault: 'unreadable' } } as const;

function callOf(script: ScriptSettings, { caller, callee, token, maxSeconds }: Dial) {
  const { publicUrl, callerNumber, ringSeconds } = script;
  return {
    to: caller,
    from: callerNumber,
    twiml: greeting(script, token, { callee, maxSeconds }),
    statusCallback: doorUrl(publicUrl, token, 'caller'),
    statusCallbackMethod: 'POST',
    statusCallbackEvent: [...EVENTS],
    timeout: ringSeconds,
    timeLimit: Math.min(maxSeconds + ringSeconds + SLACK_SECONDS, LONGEST_SECONDS),
  };
}

interface Lost {
  readonly dial: Dial;
  readonly sentAt: number;
  readonly failure: Failure;
}

/** Found by nobody it may still be placed: then a callback brings its id with our token. */
async function lookedFor(
  calls: Calls,
  from: string,
  { dial, sentAt, failure: { evidence } }: Lost,
): Promise<DialOutcome> {
  await pause(LIST_AFTER_MS);
  const listed = await calls.list({ to: dial.caller, from, limit: 20 }).catch(() => []);
  const providerCallId = findPlaced(listed, sentAt);
  return providerCallId === undefined
    ? { kind: 'unknown', evidence }
    : { kind: 'accepted', providerCallId };
}

/**
 * `canceled` acts on a call that waits or rings and leaves one that was answered alone, so Twilio
 * itself keeps the guard: on the caller's call, and once that is answered on the callee's.
 */
async function cancelled(calls: Calls, { providerCallId, guard }: Cancel): Promise<CancelOutcome> {
  const complete = async (): Promise<CancelOutcome> => {
    await calls(providerCallId).update({ status: 'completed' });
    return { kind: 'cancelled' };
  };
  if (guard === 'always') return complete();
  const status = await canceledOrAsBefore(calls, providerCallId);
  if (status === 'canceled') return { kind: 'cancelled' };
  if (isWaiting(status)) return { kind: 'unknown', evidence: { code: status } };
  const declined = { kind: 'declined', evidence: { code: status } } as const;
  if (!isLive(status) || guard === 'before_caller_answers') return declined;
  const children = await dialledBy(calls, providerCallId);
  if (children.some((child) => child.status === 'completed')) return declined;
  for (const child of children.filter((each) => isLive(each.status))) {
    const after = await canceledOrAsBefore(calls, child.sid);
    if (isWaiting(after)) return { kind: 'unknown', evidence: { code: after } };
    if (isLive(after)) return declined;
  }
  // With nobody to be joined with, the caller's call ends by itself, perhaps before this.
  return complete().catch((error: unknown) => {
    if (isNotInAState(error)) return { kind: 'cancelled' };
    throw error;
  });
}

/** What it dialled, looked for once more where nothing shows: a list may be behind. */
async function dialledBy(calls: Calls, parentCallSid: string) {
  const listed = await calls.list({ parentCallSid, limit: 20 });
  if (listed.length > 0) return listed;
  await pause(LIST_AFTER_MS);
  return calls.list({ parentCallSid, limit: 20 });
}

/** An error says that it is not in a state to be cancelled: in which, it is asked. */
async function canceledOrAsBefore(calls: Calls, sid: string): Promise<string> {
  try {
    return (await calls(sid).update({ status: 'canceled' })).status;
  } catch (error) {
    if (!isNotInAState(error)) throw error;
    return (await calls(sid).fetch()).status;
  }
}

const isNotInAState = (error: unknown): boolean => failureOf(error).evidence.code === '21220';

async function queried(calls: Calls, providerCallId: string): Promise<QueryOutcome> {
  const caller = await calls(providerCallId).fetch();
  const { status } = caller;
  const children = await childrenOf(calls, providerCallId, status);
  if (!isLive(status)) {
    const end = endBy(caller, children);
    return { kind: 'over', ...(end !== undefined && { end }) };
  }
  const stage = stageOf(
    status,
    children.map((child) => child.status),
  );
  return { kind: 'live', stage };
}

/** How it ended is asked once; how far it is, again and again. */
async function childrenOf(calls: Calls, parentCallSid: string, status: string) {
  if (status === 'completed') return dialledBy(calls, parentCallSid);
  return status === 'in-progress' ? calls.list({ parentCallSid, limit: 20 }) : [];
}

/**
 * Only what is about the call itself is the provider's word that it will not. A code that nobody knows
 * proves nothing of a call.
 */
function declinedOrUnknown(error: unknown) {
  const failure = failureOf(error);
  const isDeclined = failure.kind === 'refused' && failure.reason === 'numbers';
  return { kind: isDeclined ? 'declined' : 'unknown', evidence: failure.evidence } as const;
}

function unexplained(error: unknown): QueryOutcome {
  const { kind, evidence } = failureOf(error);
  if (kind === 'unlisted') return { kind: 'unspecified', word: `code ${evidence.code}` };
  return declinedOrUnknown(error);
}
