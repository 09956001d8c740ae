import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { ProviderReport } from '../../src/call/events.js';
import type { CallState } from '../../src/call/state.js';
import { summaryOf } from '../../src/call/summary.js';
import { releaseWorkflowId } from '../../src/contract/ids.js';
import { RELEASE_WORKFLOW_TYPE } from '../../src/contract/names.js';
import type { release } from '../release/release.workflow.js';

/** Whether somebody's phone rings, or two speak, by these words. */
export const isAlive = (reports: readonly ProviderReport[]): boolean =>
  reports.some(
    (report) =>
      report.type === 'bridged' || (report.type === 'stage' && report.stage !== 'requested'),
  );

/**
 * A leg that lives under the token of this call although it is not the call's own, or although the
 * call is over: a provider was made to dial twice, or dialled too late. It is hung up by its own id,
 * in a workflow that outlives this one. Answers once that is certain.
 */
export async function hangUpStray(call: CallState, leg: string): Promise<void> {
  const stray = { ...call, providerCallId: leg };
  try {
    await CancellationScope.nonCancellable(() =>
      startChild<typeof release>(RELEASE_WORKFLOW_TYPE, {
        workflowId: releaseWorkflowId(call.callId, leg),
        args: [stray],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `a stray leg of ${summaryOf(call)}`,
      }),
    );
  } catch (error) {
    // It is being hung up already.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
