import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { stateQuery } from '../../workflows/call/messages.js';
import { LIVE_STATUSES } from '../call/state.js';
import { callIdOfWorkflow, callWorkflowId } from '../contract/ids.js';
import { CALL_WORKFLOW_TYPE } from '../contract/names.js';
import type { CallEngine, Presence } from '../ports/call-engine.js';
import { askedTogether } from './asked-together.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { callStatus } from './call-start.js';
import { isGrpcError } from './client-errors.js';

const READ_BOUND_MS = 500;
/** A question that is this old keeps nobody from asking again. */
const QUESTION_BOUND_MS = 2_500;
const LIST_PAGE = 1_000;
/** For some hundred thousand calls. */
const LIST_BOUND_MS = 10_000;

/** What the engine says of calls, by workflow id, never by run. */
export function callReads(client: Client): Pick<CallEngine, 'state' | 'presence' | 'running'> {
  const handleOf = (callId: number) => client.workflow.getHandle(callWorkflowId(callId));
  const askPresence = askedTogether((callId) => {
    const described = handleOf(callId).describe().then(presenceOf, presenceWithout);
    return bounded(described, QUESTION_BOUND_MS);
  });
  return {
    async state(callId, withinMs = READ_BOUND_MS) {
      const answer = handleOf(callId)
        .query(stateQuery)
        .catch(() => undefined);
      const live = await bounded(answer, withinMs);
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
