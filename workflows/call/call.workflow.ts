import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { isPlacing } from '../../src/call/placing.js';
import { type Channel, callerOf, isOver } from '../../src/call/state.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { announceCall, recordCall } from './activities.js';
import { DeadlineTimer } from './deadline-timer.js';
import { registerHandlers } from './handlers.js';
import type { CallInput, CallResult } from './messages.js';
import { operatorView } from './operator-view.js';
import { phoneSide } from './phone.js';
import { ProviderPlay, type ProviderSide } from './provider-play.js';
import { robotSide } from './robot.js';
import { RoomWatch } from './room-watch.js';
import { CallSession } from './session.js';
import { StreamPlay } from './stream-play.js';

const PARTY_CHANGES_WAIT = '2s';
const SUPERSEDE_AGAIN = '2s';

/** One call, from its creation until its end is recorded. */
export async function call(input: CallInput): Promise<CallResult> {
  refuseUnplayable(input);
  const startedAt = workflowInfo().startTime.getTime();
  const session = new CallSession(input, startedAt, operatorView(input.state));
  // A start that came too late rings nobody: whoever asked for it was told that it failed.
  const isFirstRun = input.carried === undefined;
  const isLate = isFirstRun && startedAt > input.startBy;
  if (isLate) session.endUnannounced();
  const room = new RoomWatch(
    () => session.state,
    (report) => void session.report(report),
  );
  registerHandlers(session, room);
  endWhenCancelled(session);

  await CancellationScope.nonCancellable(async () => {
    const side = providerSide(input);
    const play = side && new ProviderPlay(session, side, input.startBy, mustLeave);
    const media = mediaOf(input, session, mustLeave);
    function mustLeave(): boolean {
      if (!workflowInfo().continueAsNewSuggested || isOver(session.state)) return false;
      return !play?.isAsking && !media?.isAsking && !room.isWaiting;
    }
    const telling = tell(session, isFirstRun, mustLeave);
    const superseding = isFirstRun && !isLate ? supersede(input) : undefined;
    const deadlines = keepDeadlines(session, telling);
    await Promise.all([deadlines, telling, superseding, play?.run(), media?.run()]);
    await condition(allHandlersFinished);
  });

  if (session.isFinished) return session.result();
  return continueAsNew<typeof call>({
    state: session.state,
    startBy: input.startBy,
    ...(input.robot !== undefined && { robot: input.robot }),
    ...(input.phone !== undefined && { phone: input.phone }),
    carried: session.carry(),
  });
}

/** None where no provider carries the call. */
function providerSide({ robot, phone }: CallInput): ProviderSide | undefined {
  if (robot !== undefined) return robotSide(robot);
  return phone && phoneSide(phone);
}

/** None where nobody can be asked to play streams, or to close the room. */
const mediaOf = ({ robot, state }: CallInput, session: CallSession, mustLeave: () => boolean) =>
  robot !== undefined && state.room?.clears === true
    ? new StreamPlay(session, robot, mustLeave)
    : undefined;

/** A call that is placed by a provider needs to say what is asked of it. */
function refuseUnplayable(input: CallInput | undefined): void {
  const { state } = input ?? {};
  const isCall =
    Array.isArray(state?.parties) &&
    typeof state.ring?.timeoutMs === 'number' &&
    typeof state.limits?.maxDurationMs === 'number';
  if (isCall && state.channel === channelOf(input)) return;
  throw ApplicationFailure.nonRetryable('the input is no call of a known channel', '40001');
}

function channelOf(input: CallInput | undefined): Channel {
  if (input?.robot !== undefined) return 'robot';
  return input?.phone === undefined ? 'rtc' : 'phone';
}

/** Temporal's own cancel, from the UI or CLI, is the operator's `end`. */
function endWhenCancelled(session: CallSession): void {
  CancellationScope.current().cancelRequested.catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
    session.apply({ type: 'end', by: 'operator', cause: 'ops_ended' });
  });
}

/** Deadlines end what people do not, for as long as this run lasts: a slow store stops no clock. */
async function keepDeadlines(session: CallSession, telling: Promise<void>): Promise<void> {
  const timer = new DeadlineTimer();
  let told = false;
  const markTold = telling.then(() => {
    told = true;
  });
  const isDone = () => isOver(session.state) || told;
  while (!isDone()) {
    const next = session.nextDeadline();
    if (next !== undefined && next.at <= Date.now()) {
      session.apply(next);
      continue;
    }
    timer.keep(next);
    const seen = session.changes;
    await condition(() => timer.hasFired || session.changes !== seen || isDone());
    const fired = timer.takeFired();
    if (fired !== undefined) session.apply(fired);
  }
  await markTold;
}

/** Announces the call, then keeps its record until the end is written. */
async function tell(
  session: CallSession,
  isFirstRun: boolean,
  mustLeave: () => boolean,
): Promise<void> {
  const rings = !isOver(session.state) && !isPlacing(session.state);
  if (isFirstRun && rings) await announce(session);
  const isDone = () => session.isFinished || mustLeave();
  while (!isDone()) {
    await condition(() => session.recordDue !== 'never' || isDone());
    if (session.recordDue === 'soon') {
      const due = () => session.recordDue === 'now' || isDone();
      await condition(due, PARTY_CHANGES_WAIT, { summary: 'changes of parties wait' });
    }
    if (isDone()) return;
    const record = session.unrecorded();
    await recordCall(record);
    session.recorded(record);
  }
}

async function announce(session: CallSession): Promise<void> {
  session.announce();
  const record = session.unrecorded();
  try {
    await announceCall(record);
    session.recorded(record);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('announcement left to the record', { error });
  }
}

/**
 * Ends the caller's former call. One that is not found is over, or its own start is still on the
 * way: until no start of before ours can land, it is asked again.
 */
async function supersede({ state, supersedes, startBy }: CallInput): Promise<void> {
  if (supersedes === undefined) return;
  const former = getExternalWorkflowHandle(callWorkflowId(supersedes));
  const end = { cause: 'superseded', by: callerOf(state).userId };
  for (;;) {
    try {
      return await former.signal('end', end);
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (Date.now() >= startBy) return;
    }
    await sleep(SUPERSEDE_AGAIN, { summary: 'superseded call may still start' });
  }
}
