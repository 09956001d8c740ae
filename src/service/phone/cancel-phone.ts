import { type CallState, callerOf, isOver } from '../../call/state.js';
import { judge } from '../../call/transition.js';
import type { CommandOutcome } from '../../ports/call-engine.js';
import type { RecordedCall } from '../../ports/call-reader.js';
import { CallError } from '../call-error.js';
import { readCall } from '../read-call.js';
import { settleCall } from '../settle-call.js';
import { ownCall } from './own-call.js';
import type { PhoneDependencies } from './phone-dependencies.js';

export type PhoneCallCancelled =
  | 'cancelled'
  /** It is talked in, or the provider has not said so yet. */
  | 'failed'
  | 'not-yours';

/** The provider has this long to confirm it; the wish stands all the same. */
const CONFIRMED_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 150;
/** Commands name a terminal; a phone has none. */
const TERMINAL = 'phone';

/** @throws CallError 50301 when nothing was sent because something of ours is away. */
export async function cancelPhone(
  deps: PhoneDependencies,
  userId: string,
  callSid: string,
): Promise<PhoneCallCancelled> {
  const until = deps.now() + CONFIRMED_WITHIN_MS;
  const call = await ownCall(deps, userId, callSid);
  if (call === undefined) return 'not-yours';
  if (isOver(call)) return 'cancelled';
  const by = { user_id: callerOf(call).userId, terminal_id: TERMINAL };
  for (;;) {
    const outcome = await deps.engine.command(call.callId, 'cancel', by);
    if (outcome.kind !== 'gone') {
      return answered(outcome) ?? confirmed(deps, call.callId, until);
    }
    if ((await withoutWorkflow(deps, call.callId, until)) === 'over') return 'cancelled';
    if (deps.now() + LOOK_EVERY_MS >= until) return 'failed';
    await deps.pause(LOOK_EVERY_MS);
  }
}

/**
 * A call that is not there may be over; or its start is still on the way, and it would ring: of two
 * starts with one id the engine carries out the first, so this one is sent after it, cancelled.
 */
async function withoutWorkflow(
  deps: PhoneDependencies,
  callId: number,
  answerBy: number,
): Promise<'over' | 'not-known'> {
  const recorded = await deps.reader.find(callId);
  if (recorded === undefined) return 'not-known';
  const { kind } = await settleCall(deps, recorded, answerBy);
  if (kind === 'over') return 'over';
  if (kind === 'live') {
    const phone = { polls: deps.phone.polls };
    await deps.engine.start({ ...cancelled(recorded, deps.now()), phone }, answerBy - deps.now());
  }
  return 'not-known';
}

/** Of the version that was recorded: nobody has been told of anything yet. */
function cancelled({ state, startBy }: RecordedCall, now: number): RecordedCall {
  const cancel = { type: 'cancel', userId: callerOf(state).userId, terminalId: TERMINAL } as const;
  const { ending } = judge(state, cancel, now).state;
  return { state: ending === undefined ? state : { ...state, ending }, startBy };
}

/** `undefined`: it has to be seen what comes of it. */
function answered(
  outcome: Exclude<CommandOutcome, { kind: 'gone' }>,
): PhoneCallCancelled | undefined {
  switch (outcome.kind) {
    case 'done':
      return isOver(outcome.state) ? 'cancelled' : undefined;
    case 'refused':
      return 'failed';
    case 'unknown':
      return undefined;
    case 'unavailable':
      throw new CallError(50301);
  }
}

async function confirmed(
  deps: PhoneDependencies,
  callId: number,
  until: number,
): Promise<PhoneCallCancelled> {
  for (;;) {
    const state = await readCall(deps, callId).catch((): CallState | undefined => undefined);
    if (state !== undefined && isOver(state)) return 'cancelled';
    // The provider would not: somebody answered.
    if (state !== undefined && state.ending === undefined) return 'failed';
    if (deps.now() + LOOK_EVERY_MS >= until) return 'failed';
    await deps.pause(LOOK_EVERY_MS);
  }
}
