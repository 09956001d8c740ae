import { type NewCall, newCall } from '../call/new-call.js';
import type { CallState } from '../call/state.js';
import { judge } from '../call/transition.js';
import { PERMISSION_REFUSED_MESSAGE } from '../contract/codes.js';
import { channelName } from '../contract/ids.js';
import type { BlockedLine, ReserveCall, ReserveOutcome } from '../ports/reservations.js';
import type { RtcToken } from '../ports/rtc-tokens.js';
import { CallError } from './call-error.js';
import type { Dependencies } from './dependencies.js';
import { settleCall } from './settle-call.js';

/** A start that the engine records later than this after the request rings nobody. */
export const START_WITHIN_MS = 10_000;

export interface CreateCall {
  readonly callerId: string;
  readonly terminalId: string;
  readonly calleeId: string;
  readonly conversationId: string;
  readonly callType: 'audio' | 'video';
  readonly ringTimeoutMs?: number;
  readonly idempotency?: ReserveCall['idempotency'];
}

export interface CreatedCall {
  readonly state: CallState;
  readonly token: RtcToken;
  readonly replayed: boolean;
}

/** Asks, reserves, starts, in this order: whatever fails leaves nobody's phone ringing. */
export async function createCall(deps: Dependencies, request: CreateCall): Promise<CreatedCall> {
  if (request.callerId === request.calleeId) {
    throw new CallError(40001, 'target_user_id: must be another user');
  }
  await admit(deps, request);
  if (!deps.engine.healthy()) throw new CallError(50301);
  const { call, token } = await prepare(deps, request);
  const outcome = await reserve(deps, call);
  switch (outcome.kind) {
    case 'reserved':
      await start(deps, call, outcome.supersedes);
      return { state: call.state, token, replayed: false };
    case 'replayed':
      return replay(deps, request, outcome);
    case 'key-reused':
      throw new CallError(42201);
    case 'caller-busy':
      throw new CallError(41008);
    case 'callee-busy':
      await recordAsBusy(deps, call.state, request.calleeId);
      throw new CallError(41003);
  }
}

async function admit({ admission }: Dependencies, request: CreateCall): Promise<void> {
  const answer = await admission.ask({
    callerId: request.callerId,
    calleeIds: [request.calleeId],
    channel: 'rtc',
    callType: request.callType,
    conversationId: request.conversationId,
  });
  if (answer === 'refused') throw new CallError(41010, PERMISSION_REFUSED_MESSAGE);
  if (answer === 'unavailable') throw new CallError(50301);
}

/** The token is minted before anything is written: a minting failure changes nothing. */
async function prepare(
  deps: Dependencies,
  request: CreateCall,
): Promise<{ call: ReserveCall; token: RtcToken }> {
  const { reservations, rtcTokens, settings, now } = deps;
  const callId = await reservations.nextCallId();
  const room = { appId: rtcTokens.appId, name: channelName(callId, request.conversationId) };
  const token = await rtcTokens.mint({ userId: request.callerId, room: room.name });
  const spec: NewCall = {
    callId,
    channel: 'rtc',
    callType: request.callType,
    bizType: 'single',
    caller: { userId: request.callerId, terminalId: request.terminalId },
    calleeIds: [request.calleeId],
    conversationId: request.conversationId,
    room,
    ringTimeoutMs: request.ringTimeoutMs ?? settings.ringTimeoutMs,
    limits: settings.limits,
  };
  const call: ReserveCall = {
    state: newCall(spec, now()),
    startBy: now() + START_WITHIN_MS,
    ...(request.idempotency !== undefined && { idempotency: request.idempotency }),
  };
  return { call, token };
}

/** What stands in the way is settled once and asked again: it may be over, or dead. */
async function reserve(deps: Dependencies, call: ReserveCall): Promise<ReserveOutcome> {
  const outcome = await deps.reservations.reserve(call);
  return (await isOutOfTheWay(deps, outcome)) ? deps.reservations.reserve(call) : outcome;
}

async function isOutOfTheWay(deps: Dependencies, outcome: ReserveOutcome): Promise<boolean> {
  switch (outcome.kind) {
    case 'callee-busy':
    case 'caller-busy':
      return freeLine(deps, outcome.line);
    case 'replayed':
      return (
        outcome.state.status === 'calling' && (await settleCall(deps, outcome)).kind === 'over'
      );
    case 'reserved':
    case 'key-reused':
      return false;
  }
}

/** @throws CallError 50301 when nobody can tell whether the line is still in use. */
async function freeLine(deps: Dependencies, line: BlockedLine): Promise<boolean> {
  const blocking = await deps.reader.find(line.callId);
  if (blocking !== undefined) {
    const { kind } = await settleCall(deps, blocking);
    if (kind === 'unknown') throw new CallError(50301);
    if (kind === 'live') return false;
  }
  await deps.reservations.freeLine(line);
  return true;
}

async function start(
  { engine, reservations }: Dependencies,
  { state, startBy }: ReserveCall,
  supersedes?: number,
): Promise<void> {
  const outcome = await engine.start({
    state,
    startBy,
    ...(supersedes !== undefined && { supersedes }),
  });
  switch (outcome) {
    case 'started':
    case 'already-started':
      return;
    case 'unavailable':
      await reservations.abandon(state.callId);
      throw new CallError(50301);
    case 'unknown':
      throw new CallError(50401);
  }
}

/**
 * Sending the start again is safe: the call's own id makes it one call. One that was started before
 * and cannot be read now may be over already.
 */
async function replay(
  deps: Dependencies,
  { callerId }: CreateCall,
  { state, startBy }: Extract<ReserveOutcome, { kind: 'replayed' }>,
): Promise<CreatedCall> {
  if (state.room === undefined) throw new CallError(41008);
  const token = await deps.rtcTokens.mint({ userId: callerId, room: state.room.name });
  if (state.status !== 'calling') return { state, token, replayed: true };
  const outcome = await deps.engine.start({ state, startBy });
  if (outcome === 'unavailable') throw new CallError(50301);
  if (outcome === 'unknown') throw new CallError(50401);
  const isKnown = outcome === 'started' || (await deps.engine.state(state.callId)) !== undefined;
  if (!isKnown) throw new CallError(50401);
  return { state, token, replayed: true };
}

/** The callee missed a call that never rang: their history shows it. */
async function recordAsBusy(deps: Dependencies, state: CallState, calleeId: string): Promise<void> {
  const busy = judge(state, { type: 'party', userId: calleeId, fact: 'busy' }, deps.now());
  const ended = busy.effects.filter(
    (effect) => effect.type === 'tell' && effect.event.type === 'call.ended',
  );
  await deps.records.write(
    busy.state,
    ended.flatMap((effect) => (effect.type === 'tell' ? [effect.event] : [])),
  );
}
