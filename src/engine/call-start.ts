import type { WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { call } from '../../workflows/call/call.workflow.js';
import type { release } from '../../workflows/release/release.workflow.js';
import { type CallState, callerOf } from '../call/state.js';
import { summaryOf } from '../call/summary.js';
import { callWorkflowId, releaseWorkflowId } from '../contract/ids.js';
import { CALL_TASK_QUEUE } from '../contract/names.js';
import type { StartCall } from '../ports/call-engine.js';

export const callStatus = defineSearchAttributeKey('CallStatus', 'KEYWORD');
const callChannel = defineSearchAttributeKey('CallChannel', 'KEYWORD');
const callerId = defineSearchAttributeKey('CallerId', 'KEYWORD');
const calleeIds = defineSearchAttributeKey('CalleeIds', 'KEYWORD_LIST');

/**
 * `requestEagerStart` hands the first task to this process's own worker. A task lost with its
 * process is taken up again after `workflowTaskTimeout`.
 */
export function startOptions(start: StartCall): WorkflowStartOptions<typeof call> {
  const { state } = start;
  const caller = callerOf(state).userId;
  const callees = state.parties.filter(({ role }) => role === 'callee').map((p) => p.userId);
  return {
    workflowId: callWorkflowId(state.callId),
    taskQueue: CALL_TASK_QUEUE,
    args: [start],
    requestEagerStart: true,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
    workflowTaskTimeout: '3s',
    staticSummary: summaryOf(state),
    typedSearchAttributes: new TypedSearchAttributes([
      { key: callStatus, value: state.status },
      { key: callChannel, value: state.channel },
      { key: callerId, value: caller },
      { key: calleeIds, value: callees },
    ]),
  };
}

export const releaseOptions = (
  state: CallState,
  leg?: string,
): WorkflowStartOptions<typeof release> => ({
  workflowId: releaseWorkflowId(state.callId, leg),
  taskQueue: CALL_TASK_QUEUE,
  args: [leg === undefined ? state : { ...state, providerCallId: leg }],
  workflowIdReusePolicy: leg === undefined ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
  workflowIdConflictPolicy: 'FAIL',
  staticSummary: `what is left of ${summaryOf(state)}`,
});
