import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  workflowInfo,
} from '@temporalio/workflow';
import { callerOf, isOver } from '../../src/call/state.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { announceCall, recordCall } from './activities.js';
import { DeadlineTimer } from './deadline-timer.js';
import { registerHandlers } from './handlers.js';
import type { CallInput, CallResult } from './messages.js';
import { operatorView } from './operator-view.js';
import { CallSession } from './session.js';

const PARTY_CHANGES_WAIT = '2s';

/** One call, from its creation until its end is recorded. */
export async function call(input: CallInput): Promise<CallResult> {
  refuseUnplayable(input);
  const startedAt = workflowInfo().startTime.getTime();
  const session = new CallSession(input, startedAt, operatorView(input.state));
  // A start that came too late rings nobody: whoever asked for it was told that it failed.
  const isLate = input.carried === undefined && startedAt > input.startBy;
  if (isLate) session.endUnannounced();
  registerHandlers(session);
  endWhenCancelled(session);

  await CancellationScope.nonCancellable(async () => {
    await Promise.all([keepDeadlines(session), tell(session, input)]);
    await condition(allHandlersFinished);
  });

  if (session.isFinished) return session.result();
  return continueAsNew<typeof call>({
    state: session.state,
    startBy: input.startBy,
    carried: session.carry(),
  });
}

function refuseUnplayable(input: CallInput | undefined): void {
  if (input?.state?.channel === 'rtc') return;
  throw ApplicationFailure.nonRetryable('a call needs an input of a known channel', '40001');
}

/** Temporal's own cancel, from the UI or CLI, is the operator's `end`. */
function endWhenCancelled(session: CallSession): void {
  CancellationScope.current().cancelRequested.catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
    session.apply({ type: 'end', by: 'operator', cause: 'ops_ended' });
  });
}

const mustContinueAsNew = (session: CallSession): boolean =>
  workflowInfo().continueAsNewSuggested && !isOver(session.state);

/** Deadlines end what people do not. */
async function keepDeadlines(session: CallSession): Promise<void> {
  const timer = new DeadlineTimer();
  const isDone = () => isOver(session.state) || mustContinueAsNew(session);
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
}

/** Announces the call, then keeps its record until the end is written. */
async function tell(session: CallSession, input: CallInput): Promise<void> {
  if (input.carried === undefined && !isOver(session.state)) await begin(session, input);
  const isDone = () => session.isFinished || mustContinueAsNew(session);
  while (!isDone()) {
    await condition(() => session.recordDue !== 'never' || isDone());
    if (session.recordDue === 'soon') {
      await condition(() => session.recordDue === 'now' || isDone(), PARTY_CHANGES_WAIT);
    }
    if (isDone()) return;
    const record = session.unrecorded();
    await recordCall(record);
    session.recorded(record);
  }
}

async function begin(session: CallSession, input: CallInput): Promise<void> {
  await Promise.all([announce(session), supersede(input)]);
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

async function supersede({ state, supersedes }: CallInput): Promise<void> {
  if (supersedes === undefined) return;
  const former = getExternalWorkflowHandle(callWorkflowId(supersedes));
  try {
    await former.signal('end', { cause: 'superseded', by: callerOf(state).userId });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.info('superseded call was over', { supersedes });
  }
}
