import { newCall } from '../../call/new-call.js';
import { type CallState, isOver } from '../../call/state.js';
import { callSidOf } from '../../contract/call-sid.js';
import { isPhoneRefusal, type PhoneRefusalWord } from '../../contract/phone-plan.js';
import { tokenOf } from '../../contract/phone-token.js';
import type { PlacedOutcome } from '../../ports/call-engine.js';
import type { RecordedCall } from '../../ports/call-reader.js';
import { CallError } from '../call-error.js';
import { START_WITHIN_MS } from '../create-call.js';
import { readCall } from '../read-call.js';
import { requireOurs } from '../require-ours.js';
import { settleCall } from '../settle-call.js';
import { within } from '../within.js';
import type { PhoneDependencies } from './phone-dependencies.js';

export type PhoneCallStarted =
  /** Phones ring, or may. */
  | { readonly kind: 'started'; readonly callSid: string }
  /** Nobody's phone rings for it. */
  | { readonly kind: 'refused'; readonly why: PhoneRefusalWord };

/** Whoever asked is told by then, also where nothing is known yet. */
const ANSWER_WITHIN_MS = 4_800;
/** The rest is for the engine; what is not ready to be sent by then is not sent any more. */
const READY_WITHIN_MS = 3_300;
/** Two users, and the call between them, may each stand in the way although they are over. */
const HEALINGS = 3;

const refused = (why: PhoneRefusalWord): PhoneCallStarted => ({ kind: 'refused', why });
const started = ({ callId, createdAt }: CallState): PhoneCallStarted => ({
  kind: 'started',
  callSid: callSidOf(callId, createdAt),
});

/**
 * Asks, books, starts: the workflow alone speaks to the provider, once.
 * @throws CallError 50301 when nothing was sent because something of ours is away, or too slow.
 */
export async function callPhone(
  deps: PhoneDependencies,
  callerId: string,
  calleeId: string,
): Promise<PhoneCallStarted> {
  const askedAt = deps.now();
  const bounds = { readyBy: askedAt + READY_WITHIN_MS, answerBy: askedAt + ANSWER_WITHIN_MS };
  const call = await aPhoneCall(deps, callerId, calleeId);
  const same = await deps.phoneReservations.findSame(call.state);
  const booking = admitAndBook(deps, call, { ...bounds, same, callerId, calleeId });
  const booked = await within(bounds.readyBy - deps.now(), booking);
  if (booked === undefined) {
    booking.then((late) => giveBack(deps, late)).catch(() => undefined);
    if (same !== undefined) return started(same.state);
    throw new CallError(50301);
  }
  return 'why' in booked ? refused(booked.why) : begin(deps, booked, bounds.answerBy);
}

interface Wanted {
  readonly callerId: string;
  readonly calleeId: string;
  /** What seems to be the same call. */
  readonly same: RecordedCall | undefined;
  /** Nothing is booked later than this; the whole answer is given by `answerBy`. */
  readonly readyBy: number;
  readonly answerBy: number;
}

type Booking = Booked | { readonly why: PhoneRefusalWord };

async function admitAndBook(
  deps: PhoneDependencies,
  call: RecordedCall,
  { callerId, calleeId, same, readyBy, answerBy }: Wanted,
): Promise<Booking> {
  const why = same === undefined ? await whyNot(deps, callerId, calleeId) : undefined;
  if (why !== undefined) return { why };
  if (deps.now() > readyBy) throw new CallError(50301);
  const booked = await book(deps, call, answerBy);
  if ('why' in booked) return booked;
  // What seemed to be the same call was dead: this one is new, and was not asked about.
  const isUnasked = same !== undefined && !booked.isSame;
  const whyAfterAll = isUnasked ? await whyNotBooked(deps, booked, callerId, calleeId) : undefined;
  return whyAfterAll === undefined ? booked : { why: whyAfterAll };
}

/** Whoever asked has been told that nobody rings. */
async function giveBack({ reservations }: PhoneDependencies, booked: Booking): Promise<void> {
  if ('why' in booked || booked.isSame) return;
  await reservations.abandon(booked.state.callId);
}

async function aPhoneCall(
  deps: PhoneDependencies,
  callerId: string,
  calleeId: string,
): Promise<RecordedCall> {
  const { reservations, settings, phone, filler, now } = deps;
  const callId = await reservations.nextCallId();
  const spec = {
    callId,
    channel: 'phone',
    callType: 'audio',
    bizType: 'single',
    caller: { userId: callerId },
    calleeIds: [calleeId],
    token: tokenOf(callId, filler()),
    ringTimeoutMs: phone.ringTimeoutMs,
    limits: { ...settings.limits, maxDurationMs: phone.maxDurationMs },
  } as const;
  return { state: newCall(spec, now()), startBy: now() + START_WITHIN_MS };
}

/** Asked about new calls only: what was admitted once is not taken back from who asks again. */
async function whyNot(
  { dialPlan, admission, phoneReservations }: PhoneDependencies,
  callerId: string,
  calleeId: string,
): Promise<PhoneRefusalWord | undefined> {
  const plan = await dialPlan.resolve(callerId, calleeId);
  if (plan.kind === 'refused') return plan.why;
  if (!(await phoneReservations.dialling.isOn())) return 'switched_off';
  const question = {
    callerId,
    calleeIds: [calleeId],
    channel: 'phone',
    callType: 'audio',
  } as const;
  const answer = await admission.ask(question);
  if (answer === 'unavailable') throw new CallError(50301);
  return answer === 'refused' ? 'permission' : undefined;
}

/** As `whyNot`, of a call that is booked already: its lines are given back unless it may go on. */
async function whyNotBooked(
  deps: PhoneDependencies,
  { state: { callId } }: Booked,
  callerId: string,
  calleeId: string,
): Promise<PhoneRefusalWord | undefined> {
  let isAdmitted = false;
  try {
    const why = await whyNot(deps, callerId, calleeId);
    isAdmitted = why === undefined;
    return why;
  } finally {
    if (!isAdmitted) await deps.reservations.abandon(callId);
  }
}

interface Booked extends RecordedCall {
  /** Another request may have started it before. */
  readonly isSame: boolean;
}

/** What stands in the way is settled and asked again: it may be over, or dead. */
async function book(
  deps: PhoneDependencies,
  call: RecordedCall,
  answerBy: number,
  healings = HEALINGS,
): Promise<Booking> {
  const outcome = await deps.phoneReservations.reserve(call, deps.phone.limits);
  switch (outcome.kind) {
    case 'reserved':
      return { ...call, isSame: false };
    case 'refused':
      return outcome;
    case 'same':
    case 'in-call': {
      const wasLive = !isOver(outcome.state);
      const settled = wasLive ? await settleCall(deps, outcome, answerBy) : undefined;
      const again = settled?.kind === 'over' && healings > 0;
      if (again) return book(deps, call, answerBy, healings - 1);
      if (outcome.kind === 'same') return { ...outcome, isSame: true };
      return { why: outcome.who === 'caller' ? 'caller_in_call' : 'callee_in_call' };
    }
  }
}

/** The first start may have been lost: sending it again is safe by its id. */
async function begin(
  deps: PhoneDependencies,
  { state, startBy, isSame }: Booked,
  answerBy: number,
): Promise<PhoneCallStarted> {
  if (isOver(state)) return started(state);
  const leftMs = () => Math.max(0, answerBy - deps.now());
  const phone = { polls: deps.phone.polls };
  switch (await deps.engine.start({ state, startBy, phone }, leftMs())) {
    case 'unavailable':
      if (isSame) return started(state);
      await deps.reservations.abandon(state.callId);
      throw new CallError(50301);
    case 'unknown':
      return started(state);
    case 'already-started':
      if ((await requireOurs(deps, state, leftMs())) === 'unknown') return started(state);
      return tell(deps, state, await deps.engine.placed(state.callId, leftMs()), answerBy);
    case 'started':
      return tell(deps, state, await deps.engine.placed(state.callId, leftMs()), answerBy);
  }
}

/** Once a request may have left, whoever asked has to know which call it is, whatever came of it. */
async function tell(
  deps: PhoneDependencies,
  call: CallState,
  outcome: PlacedOutcome,
  answerBy: number,
): Promise<PhoneCallStarted> {
  const state = await outcomeState(deps, call, outcome, answerBy);
  if (state?.placing?.kind !== 'refused') return started(call);
  const { reason } = state.placing;
  return refused(isPhoneRefusal(reason) ? reason : 'not_sent');
}

async function outcomeState(
  deps: PhoneDependencies,
  { callId }: CallState,
  outcome: PlacedOutcome,
  answerBy: number,
) {
  if (outcome.kind === 'done') return outcome.state;
  if (outcome.kind !== 'gone') return undefined;
  return within(
    answerBy - deps.now(),
    readCall(deps, callId).catch(() => undefined),
  );
}
