import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

const IDLE_WITHIN_MS = 180_000;
const AT_A_TIME = 20;

/** Until none of these workflows has a task or an activity that waits or is under way. */
export async function untilIdle(client: Client, workflowIds: readonly string[]): Promise<void> {
  const until = Date.now() + IDLE_WITHIN_MS;
  let busy = workflowIds;
  while (busy.length > 0) {
    if (Date.now() > until) throw new Error(`${busy.length} workflows are still at work`);
    await sleep(500);
    busy = await busyAmong(client, busy);
  }
}

async function busyAmong(client: Client, workflowIds: readonly string[]): Promise<string[]> {
  const busy: string[] = [];
  for (let from = 0; from < workflowIds.length; from += AT_A_TIME) {
    const some = workflowIds.slice(from, from + AT_A_TIME);
    const areBusy = await Promise.all(some.map((id) => isBusy(client, id)));
    busy.push(...some.filter((_, index) => areBusy[index]));
  }
  return busy;
}

async function isBusy(client: Client, workflowId: string): Promise<boolean> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return Boolean(raw.pendingWorkflowTask) || (raw.pendingActivities ?? []).length > 0;
}
