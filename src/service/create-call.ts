import { type NewCall, newCall } from '../call/new-call.js';
import type { CallState } from '../call/state.js';
import { toldBy } from '../call/step.js';
import { judge } from '../call/transition.js';
import { PERMISSION_REFUSED_MESSAGE } from '../contract/codes.js';
import { channelName } from '../contract/ids.js';
import type { StartCall } from '../ports/call-engine.js';
import type { ReserveCall, ReserveOutcome } from '../ports/reservations.js';
import type { RtcToken } from '../ports/rtc-tokens.js';
import { CallError } from './call-error.js';
import type { Dependencies } from './dependencies.js';
import { requireOurs } from './require-ours.js';
import { reserveLines } from './reserve-lines.js';

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

/** All of a create is answered within this: the engine gets what is left of it. */
const ANSWER_WITHIN_MS = 2_800;
/** Of which the engine gets at least this, or the start need not be sent. */
const START_AT_LEAST_MS = 500;

/** Asks, reserves, starts, in this order: whatever fails leaves nobody's phone ringing. */
export async function createCall(deps: Dependencies, request: CreateCall): Promise<CreatedCall> {
  if (request.callerId === request.calleeId) {
    throw new CallError(40001, 'target_user_id: must be another user');
  }
  const answerBy = deps.now() + ANSWER_WITHIN_MS;
  await admit(deps, request);
  const { call, token } = await prepare(deps, request);
  const outcome = await reserveLines(deps, call, answerBy - START_AT_LEAST_MS);
  const engineHasMs = Math.max(START_AT_LEAST_MS, answerBy - deps.now());
  switch (outcome.kind) {
    case 'reserved':
      await start(deps, { ...call, ...outcome }, engineHasMs);
      return { state: call.state, token, replayed: false };
    case 'replayed':
      return replay(deps, request, outcome, engineHasMs);
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

async function start(
  deps: Dependencies,
  { state, startBy, supersedes }: StartCall,
  withinMs: number,
): Promise<void> {
  const { engine, reservations } = deps;
  const call = { state, startBy, ...(supersedes !== undefined && { supersedes }) };
  switch (await engine.start(call, withinMs)) {
    case 'started':
      return;
    case 'already-started':
      if ((await requireOurs(deps, state)) === 'unknown') throw new CallError(50401);
      return;
    case 'unavailable':
      await reservations.abandon(state.callId);
      throw new CallError(50301);
    case 'unknown':
      throw new CallError(50401);
  }
}

/**
 * Sending the start again is safe: the call's own id makes it one call. It is never 50301: the
 * first start may have left, and one that was started before and cannot be read may be over.
 */
async function replay(
  deps: Dependencies,
  { callerId }: CreateCall,
  { kind: _replayed, ...call }: Extract<ReserveOutcome, { kind: 'replayed' }>,
  withinMs: number,
): Promise<CreatedCall> {
  const { state } = call;
  if (state.room === undefined) throw new CallError(41008);
  const token = await deps.rtcTokens.mint({ userId: callerId, room: state.room.name });
  if (state.status !== 'calling') return { state, token, replayed: true };
  if (!(await rings(deps, call, withinMs))) throw new CallError(50401);
  return { state, token, replayed: true };
}

/** A start that is recorded after its time rings nobody, although the engine took it. */
async function rings(deps: Dependencies, call: StartCall, withinMs: number): Promise<boolean> {
  const answerBy = deps.now() + withinMs;
  const outcome = await deps.engine.start(call, withinMs);
  if (outcome === 'started') return deps.now() <= call.startBy;
  if (outcome !== 'already-started') return false;
  const live = await deps.engine.state(call.state.callId, answerBy - deps.now());
  return live !== undefined && !isLate(live);
}

const isLate = ({ cause }: CallState): boolean => cause === 'unreachable';

/** The callee missed a call that never rang: their history shows it. */
async function recordAsBusy(deps: Dependencies, state: CallState, calleeId: string): Promise<void> {
  const busy = judge(state, { type: 'party', userId: calleeId, fact: 'busy' }, deps.now());
  const ended = toldBy(busy.effects).filter(({ type }) => type === 'call.ended');
  await deps.records.write(busy.state, ended);
}
