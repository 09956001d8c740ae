import type { Client } from '@temporalio/client';

/** Ids of the workflows that are listed as running, a moment ago; of those that `which` says, if given. */
export async function runningWorkflows(temporal: Client, which?: string): Promise<string[]> {
  const query = [`ExecutionStatus = 'Running'`, ...(which === undefined ? [] : [which])].join(
    ' AND ',
  );
  const ids: string[] = [];
  for await (const { workflowId } of temporal.workflow.list({ query })) ids.push(workflowId);
  return ids;
}
