import { newCall } from '../call/new-call.js';
import { ASKS_AGAIN_WITHIN_MS } from '../call/placing.js';
import type { CalleeResult, CallState } from '../call/state.js';
import type { RobotPlan, StreamPlan } from '../contract/robot-plan.js';
import type { PlacedOutcome, StartCall } from '../ports/call-engine.js';
import { type ReserveCall, type ReserveOutcome, StoreUnavailable } from '../ports/reservations.js';
import { START_WITHIN_MS } from './create-call.js';
import type { Dependencies } from './dependencies.js';
import { readCall } from './read-call.js';
import { requireOurs } from './require-ours.js';

export interface StartRobotCall {
  readonly plan: RobotPlan;
  /** Whether the room was made up here. */
  readonly roomIsOurs: boolean;
  /** What makes another request the same request. */
  readonly fingerprint: string;
}

export type RobotCallStarted =
  | {
      readonly kind: 'placed';
      readonly callId: number;
      readonly providerCallId: string;
      readonly results: readonly CalleeResult[];
    }
  /** The provider's own code and words. Nobody rings. */
  | { readonly kind: 'refused'; readonly code: number; readonly info: string }
  /** Our permission hook said no, or nothing. */
  | { readonly kind: 'forbidden' | 'unavailable' }
  /** It may ring: the same request again is answered with what has come of it, and rings nobody. */
  | { readonly kind: 'unknown' };

/** Four seconds for the provider's word, and one for ours on its way: by then a start is `unknown`. */
const ANSWER_WITHIN_MS = 5_000;
/** How long the same request is the same call although that is over. */
const SAME_WITHIN_MS = 30_000;
/** A call of which nobody was told is ended again, counted from when its answer was due. */
const CLAIM_WITHIN_MS = ANSWER_WITHIN_MS + ASKS_AGAIN_WITHIN_MS;

/** Asks, books, starts: the workflow alone speaks to the provider, once. */
export async function startRobotCall(
  deps: Dependencies,
  request: StartRobotCall,
): Promise<RobotCallStarted> {
  const answerBy = deps.now() + ANSWER_WITHIN_MS;
  const wanted = await aReservation(deps, request);
  const why = await whyNot(deps, wanted, request.plan);
  if (why !== undefined) return { kind: why };
  const outcome = await deps.reservations.reserve(wanted);
  const isNew = outcome.kind !== 'replayed';
  const call = callOf(outcome, wanted, request.plan);
  const { callId } = call.state;
  const leftMs = () => Math.max(0, answerBy - deps.now());
  switch (await deps.engine.start(call, leftMs())) {
    case 'unavailable':
      if (isNew) await deps.reservations.abandon(callId);
      return { kind: isNew ? 'unavailable' : 'unknown' };
    case 'unknown':
      return { kind: 'unknown' };
    case 'already-started':
      if ((await requireOurs(deps, call.state, leftMs())) === 'unknown') return { kind: 'unknown' };
      return tell(deps, callId, await deps.engine.placed(callId, leftMs()));
    case 'started':
      return tell(deps, callId, await deps.engine.placed(callId, leftMs()));
  }
}

/** Asked about new calls only: what was admitted once is not taken back from who asks again. */
async function whyNot(
  { admission, reservations }: Dependencies,
  wanted: ReserveCall,
  { robot, callees, media }: RobotPlan,
): Promise<'forbidden' | 'unavailable' | undefined> {
  if (admission.isOpen || (await reservations.wasReserved(wanted))) return undefined;
  const question = {
    callerId: robot,
    calleeIds: callees,
    channel: 'robot',
    callType: media,
  } as const;
  const answer = await admission.ask(question);
  if (answer === 'allowed') return undefined;
  return answer === 'refused' ? 'forbidden' : 'unavailable';
}

async function aReservation(deps: Dependencies, request: StartRobotCall): Promise<ReserveCall> {
  const { fingerprint: key } = request;
  return {
    state: aRobotCall(await deps.reservations.nextCallId(), deps, request),
    startBy: deps.now() + START_WITHIN_MS,
    idempotency: { key, bodyHash: key, holdsMs: SAME_WITHIN_MS },
  };
}

function aRobotCall(callId: number, deps: Dependencies, request: StartRobotCall): CallState {
  const { plan, roomIsOurs } = request;
  const { id: name, ...kind } = plan.room;
  return newCall(
    {
      callId,
      channel: 'robot',
      callType: plan.media,
      bizType: plan.callees.length === 1 ? 'single' : 'group',
      caller: { userId: plan.robot },
      calleeIds: plan.callees,
      room: {
        appId: deps.rtcTokens.appId,
        name,
        ...kind,
        isOurs: roomIsOurs,
        ...(deps.settings.clearsRooms && { clears: true }),
      },
      ...(plan.stream && { stream: streamOf(plan.stream) }),
      ringTimeoutMs: plan.ringMs,
      limits: deps.settings.limits,
      claimWithinMs: CLAIM_WITHIN_MS,
    },
    deps.now(),
  );
}

const streamOf = ({ userId, endsCall }: StreamPlan) => ({ userId, ...(endsCall && { endsCall }) });

/** The first start may have been lost: sending it again, with its own room, is safe by its id. */
function callOf(outcome: ReserveOutcome, wanted: ReserveCall, plan: RobotPlan): StartCall {
  if (outcome.kind !== 'replayed') {
    return { state: wanted.state, startBy: wanted.startBy, robot: plan };
  }
  const { state, startBy } = outcome;
  const { name, kind } = state.room ?? { name: plan.room.id };
  const room = { id: name, ...(kind !== undefined && { kind }) };
  return { state, startBy, robot: { ...plan, room } };
}

async function tell(
  deps: Dependencies,
  callId: number,
  outcome: PlacedOutcome,
): Promise<RobotCallStarted> {
  if (outcome.kind !== 'done' && outcome.kind !== 'gone') return { kind: 'unknown' };
  const state = outcome.kind === 'done' ? outcome.state : await readCall(deps, callId);
  const { placing, providerCallId } = state;
  if (placing?.kind === 'refused') return placing;
  if (providerCallId === undefined) return { kind: 'unknown' };
  await deps.reservations.nameProviderCall(callId, providerCallId).catch(unlessAway);
  const results = placing?.kind === 'placed' ? (placing.results ?? []) : [];
  return { kind: 'placed', callId, providerCallId, results };
}

/** The call's own record names it, too, as soon as the store is back. */
function unlessAway(error: unknown): void {
  if (!(error instanceof StoreUnavailable)) throw error;
}
