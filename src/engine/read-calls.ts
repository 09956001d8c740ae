import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { stateQuery } from '../../workflows/call/messages.js';
import { callIdOfWorkflow, callWorkflowId } from '../contract/ids.js';
import { CALL_WORKFLOW_TYPE } from '../contract/names.js';
import type { CallEngine, Presence } from '../ports/call-engine.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { isGrpcError } from './client-errors.js';

const QUERY_BOUND_MS = 500;
const LIST_PAGE = 1_000;

/** What the engine says of calls, by workflow id, never by run. */
export function callReads(client: Client): Pick<CallEngine, 'state' | 'presence' | 'running'> {
  const handleOf = (callId: number) => client.workflow.getHandle(callWorkflowId(callId));
  return {
    async state(callId) {
      const answer = handleOf(callId)
        .query(stateQuery)
        .catch(() => undefined);
      const live = await bounded(answer, QUERY_BOUND_MS);
      return live === TIMED_OUT ? undefined : live;
    },
    async presence(callId) {
      const described = handleOf(callId)
        .describe()
        .then(
          ({ status }): Presence => (status.name === 'RUNNING' ? 'running' : 'closed'),
          (error: unknown): Presence =>
            error instanceof WorkflowNotFoundError ? 'missing' : 'unknown',
        );
      const known = await bounded(described, QUERY_BOUND_MS);
      return known === TIMED_OUT ? 'unknown' : known;
    },
    async running() {
      const ids = new Set<number>();
      const query = `WorkflowType = '${CALL_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
      try {
        for await (const { workflowId } of client.workflow.list({ query, pageSize: LIST_PAGE })) {
          const callId = callIdOfWorkflow(workflowId);
          if (callId !== undefined) ids.add(callId);
        }
        return ids;
      } catch (error) {
        if (isGrpcError(error)) return undefined;
        throw error;
      }
    },
  };
}
