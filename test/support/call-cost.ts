import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { callWorkflowId } from '../../src/contract/ids.js';

/** What the history of a call costs. */
export interface Cost {
  readonly status: string;
  readonly events: number;
  readonly bytes: number;
  readonly transitions: number;
}

const LOOK_EVERY_MS = 20;

export async function costOf(client: Client, callId: number): Promise<Cost> {
  const { status, historyLength, historySize, raw } = await handleOf(client, callId).describe();
  return {
    status: status.name,
    events: historyLength,
    bytes: historySize ?? Number.NaN,
    transitions: Number(raw.workflowExecutionInfo?.stateTransitionCount ?? Number.NaN),
  };
}

/** Waits until nothing is being written or decided; what waits for a timer may still come. */
export const settled = (client: Client, callId: number): Promise<void> =>
  workflowSettled(client, callWorkflowId(callId));

export async function workflowSettled(client: Client, workflowId: string): Promise<void> {
  for (;;) {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    if (!raw.pendingActivities?.length && !raw.pendingWorkflowTask) return;
    await sleep(LOOK_EVERY_MS);
  }
}

/**
 * How often something came too late, which costs events of its own and says nothing of the call: a
 * task that nobody took up in time, a first announcement that was cut short, a timer that fired.
 */
export async function delaysOf(client: Client, callId: number): Promise<number> {
  const { events } = await handleOf(client, callId).fetchHistory();
  const late = (events ?? []).filter(
    (event) =>
      event.workflowTaskTimedOutEventAttributes ||
      event.workflowTaskFailedEventAttributes ||
      event.timerFiredEventAttributes ||
      event.markerRecordedEventAttributes?.failure,
  );
  return late.length;
}

const handleOf = (client: Client, callId: number) =>
  client.workflow.getHandle(callWorkflowId(callId));
