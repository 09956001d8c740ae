import type { z } from 'zod';
import { isMissed } from '../call/missed.js';
import { type CallState, callerOf, isOver, type Party } from '../call/state.js';
import type * as schemas from './schemas.js';

/** An id as the documents print it: an integer, exact up to 64 bits. */
export function wireId(id: string | number): number | bigint {
  const value = BigInt(id);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

const IS_WIRE_ID = /^[1-9]\d{0,18}$/;
const MAX_INT64 = 9_223_372_036_854_775_807n;

/** A user as an integer; accounts of a provider that are none stay the text they are. */
export const wireUser = (userId: string): number | bigint | string =>
  IS_WIRE_ID.test(userId) && BigInt(userId) <= MAX_INT64 ? wireId(userId) : userId;

/** ISO 8601 in UTC with whole seconds, as the documents print times. */
export const wireTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const orNull = (at: number | undefined): string | null => (at === undefined ? null : wireTime(at));

export function calleeOf(state: CallState): Party {
  const callee = state.parties.find((party) => party.role === 'callee');
  if (callee === undefined) throw new Error(`call ${state.callId} has no callee`);
  return callee;
}

export function callStateView(state: CallState): z.input<typeof schemas.callStateObject> {
  const caller = callerOf(state).userId;
  const callee = calleeOf(state).userId;
  return {
    call_id: state.callId,
    status: state.status,
    call_type: state.callType,
    biz_type: state.bizType,
    conversation_id: state.conversationId === undefined ? null : wireId(state.conversationId),
    channel_name: state.room?.name ?? null,
    app_id: state.room?.appId ?? null,
    caller_user_id: wireUser(caller),
    callee_user_id: wireUser(callee),
    caller_uid: caller,
    callee_uid: callee,
    accepted_at: orNull(state.acceptedAt),
    started_at: orNull(state.startedAt),
    ended_at: orNull(state.endedAt),
    end_reason: state.reason ?? null,
    version: state.version,
  };
}

export function mediaStateView(state: CallState): z.input<typeof schemas.mediaStateAnswer> {
  return {
    call_id: state.callId,
    status: state.status,
    started_at: orNull(state.startedAt),
    version: state.version,
  };
}

const partyView = (party: Party): z.input<typeof schemas.partyView> => ({
  user_id: party.userId,
  role: party.role,
  state: party.state,
  terminal_id: party.terminalId ?? null,
  added_by: party.addedBy ?? null,
  ringing_at: orNull(party.ringingAt),
  accepted_at: orNull(party.acceptedAt),
  joined_at: orNull(party.joinedAt),
  left_at: orNull(party.leftAt),
});

/** Seconds. A provider that bridged a call knows better than our own times how long it lasted. */
function durationOf({ acceptedAt, startedAt, endedAt, enrichment }: CallState): number | null {
  const from = startedAt ?? acceptedAt;
  if (endedAt === undefined || from === undefined) return null;
  return Math.round((enrichment?.durationMs ?? endedAt - from) / 1_000);
}

export function callDetailView(state: CallState): z.input<typeof schemas.callDetail> {
  return {
    ...callStateView(state),
    channel: state.channel,
    created_at: wireTime(state.createdAt),
    ring_expires_at: wireTime(state.ring.until),
    end_cause: state.cause ?? null,
    ended_by: state.endedBy ?? null,
    ending: state.ending !== undefined,
    duration_seconds: durationOf(state),
    missed: isMissed(state),
    stream: streamView(state),
    parties: state.parties.map(partyView),
  };
}

/** What is over plays nothing: stopping the stream is confirmed after the end of its call. */
function streamView(state: CallState): z.input<typeof schemas.callDetail>['stream'] {
  const { stream } = state;
  if (stream === undefined) return null;
  return isOver(state) && stream.kind !== 'failed' ? 'ended' : stream.kind;
}

/** A token as the API hands it out; `expiresAt` is milliseconds since the epoch. */
interface AccessToken {
  readonly token: string;
  readonly expiresAt: number;
}

const rtcAccess = (state: CallState, { token, expiresAt }: AccessToken) => ({
  channel_name: state.room?.name ?? '',
  app_id: state.room?.appId ?? '',
  rtc_token: token,
  expire_at: wireTime(expiresAt),
});

/** The answer to a create: the call as it was created, even when the request is repeated later. */
export function createdCallView(
  state: CallState,
  token: AccessToken,
): z.input<typeof schemas.createdCall> {
  return {
    call_id: state.callId,
    conversation_id: wireId(state.conversationId ?? 0),
    call_type: state.callType,
    biz_type: state.bizType,
    status: 'calling',
    timeout_seconds: Math.round(state.ring.timeoutMs / 1_000),
    version: 1,
    ...rtcAccess(state, token),
    caller_uid: callerOf(state).userId,
  };
}

export function acceptedCallView(
  state: CallState,
  userId: string,
  token: AccessToken,
): z.input<typeof schemas.acceptedCall> {
  return {
    call_id: state.callId,
    status: 'accepted',
    ...rtcAccess(state, token),
    callee_uid: userId,
    version: state.version,
  };
}

export function rtcAccessView(
  state: CallState,
  userId: string,
  token: AccessToken,
): z.input<typeof schemas.rtcTokenAnswer> {
  return {
    call_id: state.callId,
    status: state.status,
    ...rtcAccess(state, token),
    uid: userId,
    version: state.version,
  };
}
