import { proxyActivities } from '@temporalio/workflow';
import { WEBHOOK_TASK_QUEUE } from '../../src/contract/names.js';

/** What is delivered, and to whom: what one call has to tell one endpoint. */
export interface DeliveryInput {
  readonly callId: number;
  readonly endpointId: string;
}

export interface Delivered {
  /** Until the next attempt; absent when nothing is left to deliver. */
  readonly waitMs?: number;
  /** A line for each attempt, for operators. */
  readonly told: readonly string[];
}

export interface WebhookActivities {
  /** Attempts what is due, in order. Doing it again may send an event twice, under the same id. */
  deliverWebhooks(input: DeliveryInput): Promise<Delivered>;
}

/**
 * On a queue of its own: an endpoint that hangs takes no slot from a call. An attempt ends within 15
 * seconds and none is begun after five. A worker says meanwhile that it is there: one that is silent
 * is lost, and what it had in its hands, which may be the ring of a sleeping phone, goes to another.
 * It is not given up: what is owed is in the store, and so is when to stop.
 */
export const { deliverWebhooks } = proxyActivities<WebhookActivities>({
  taskQueue: WEBHOOK_TASK_QUEUE,
  summary: 'deliver what is due',
  startToCloseTimeout: '40s',
  heartbeatTimeout: '6s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});
