import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { readUpdate, stateQuery } from '../../workflows/call/messages.js';
import { type CallState, LIVE_STATUSES } from '../call/state.js';
import { callIdOfWorkflow, callWorkflowId } from '../contract/ids.js';
import { CALL_WORKFLOW_TYPE, READ_UPDATE } from '../contract/names.js';
import type { CallEngine, Presence } from '../ports/call-engine.js';
import { askedTogether } from './asked-together.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { callStatus } from './call-start.js';
import { isGrpcError, refusingCall } from './client-errors.js';

const READ_BOUND_MS = 500;
/** A question that is this old keeps nobody from asking again. */
const QUESTION_BOUND_MS = 2_500;
const LIST_PAGE = 1_000;
/** For some hundred thousand calls. */
const LIST_BOUND_MS = 10_000;

/**
 * What the engine says of calls, by workflow id, never by run.
 *
 * A live call is read by an update. A query that finds the call in no cache shows it events which no task
 * has covered yet, out of turn: what comes with that task is then recorded in an order in which it cannot
 * be replayed, and the call is stuck. One id for all questions: of those that wait the server holds one.
 */
export function callReads(client: Client): Pick<CallEngine, 'state' | 'presence' | 'running'> {
  const handleOf = (callId: number) => client.workflow.getHandle(callWorkflowId(callId));
  const askPresence = askedTogether((callId) => {
    const described = handleOf(callId).describe().then(presenceOf, presenceWithout);
    return bounded(described, QUESTION_BOUND_MS);
  });
  const askState = askedTogether((callId) => {
    const answered = handleOf(callId)
      .executeUpdate(readUpdate, { updateId: READ_UPDATE })
      .catch((error: unknown) => refusingCall(error) ?? closedState(callId, error));
    return bounded(answered, QUESTION_BOUND_MS);
  });
  const closedState = async (callId: number, error: unknown): Promise<CallState | undefined> => {
    if (!(error instanceof WorkflowNotFoundError)) return undefined;
    return handleOf(callId)
      .query(stateQuery)
      .catch(() => undefined);
  };
  return {
    async state(callId, withinMs = READ_BOUND_MS) {
      const live = await bounded(askState(callId), withinMs);
      return live === TIMED_OUT ? undefined : live;
    },
    async presence(callId, withinMs = READ_BOUND_MS) {
      const known = await bounded(askPresence(callId), withinMs);
      return known === TIMED_OUT ? 'unknown' : known;
    },
    async running() {
      try {
        const ids = await bounded(listRunning(client), LIST_BOUND_MS);
        return ids === TIMED_OUT ? undefined : ids;
      } catch (error) {
        if (isGrpcError(error)) return undefined;
        throw error;
      }
    },
  };
}

async function listRunning(client: Client): Promise<Set<number>> {
  const ids = new Set<number>();
  const query = `WorkflowType = '${CALL_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: LIST_PAGE })) {
    const callId = callIdOfWorkflow(workflowId);
    if (callId !== undefined) ids.add(callId);
  }
  return ids;
}

/**
 * The attribute changes in the task that changes the status, so it is as durable, and as new, as
 * the answer to a command. A call that was started by hand has none before its first change.
 */
function presenceOf(described: WorkflowExecutionDescription): Presence {
  if (described.status.name !== 'RUNNING') return 'closed';
  const status = described.typedSearchAttributes.get(callStatus);
  const isLive = status === undefined || LIVE_STATUSES.some((each) => each === status);
  return isLive ? 'running' : 'ending';
}

const presenceWithout = (error: unknown): Presence =>
  error instanceof WorkflowNotFoundError ? 'missing' : 'unknown';
