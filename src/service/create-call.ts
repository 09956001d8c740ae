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

/** A line held for a call that is over or dead, or a repeat of one, is healed once and asked again. */
async function reserve(deps: Dependencies, call: ReserveCall): Promise<ReserveOutcome> {
  const outcome = await deps.reservations.reserve(call);
  const healed = await heal(deps, outcome);
  return healed ? deps.reservations.reserve(call) : outcome;
}

async function heal(deps: Dependencies, outcome: ReserveOutcome): Promise<boolean> {
  if (outcome.kind === 'callee-busy' || outcome.kind === 'caller-busy') {
    return healLine(deps, outcome.line);
  }
  if (outcome.kind !== 'replayed' || outcome.state.status !== 'calling') return false;
  return (await settleCall(deps, outcome)) !== undefined;
}

async function healLine(deps: Dependencies, line: BlockedLine): Promise<boolean> {
  const blocking = await deps.reader.find(line.callId);
  if (blocking !== undefined) {
    if ((await settleCall(deps, blocking)) === undefined) return false;
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

/** Sending the start again is safe: the call's own id makes it one call. */
async function replay(
  deps: Dependencies,
  { callerId }: CreateCall,
  { state, startBy }: Extract<ReserveOutcome, { kind: 'replayed' }>,
): Promise<CreatedCall> {
  if (state.room === undefined) throw new CallError(41008);
  const token = await deps.rtcTokens.mint({ userId: callerId, room: state.room.name });
  if (state.status === 'calling') {
    const outcome = await deps.engine.start({ state, startBy });
    if (outcome === 'unavailable') throw new CallError(50301);
    if (outcome === 'unknown') throw new CallError(50401);
  }
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
