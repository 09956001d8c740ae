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

/**
 * What runs by its own word, with the activities that it waits for: a list is written beside it, and
 * may be behind.
 */
export async function whatStillRuns(temporal: Client): Promise<string[]> {
  const listed = await runningWorkflows(temporal);
  const running = listed.map(async (id) => {
    const { status, raw } = await temporal.workflow.getHandle(id).describe();
    if (status.name !== 'RUNNING') return [];
    const awaited = (raw.pendingActivities ?? []).map(
      ({ activityType, attempt }) => `${activityType?.name}, attempt ${attempt}`,
    );
    return `${id} (${awaited.join('; ') || 'no activity'})`;
  });
  return (await Promise.all(running)).flat();
}
