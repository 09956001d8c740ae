import type { Client } from '@temporalio/client';
import { wakeSignal } from '../../workflows/webhook-delivery/messages.js';
import type { webhookDelivery } from '../../workflows/webhook-delivery/webhook-delivery.workflow.js';
import { webhookWorkflowId } from '../contract/ids.js';
import { CALL_TASK_QUEUE, WEBHOOK_WORKFLOW_TYPE } from '../contract/names.js';
import type { DeliveryWaker } from '../ports/webhooks.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { ANSWER_BOUND_MS } from './send-command.js';

/**
 * Starts the workflow that delivers, or tells the running one that there is more. Rejects when that is
 * not known within the bound of every answer: it may have been done.
 */
export const createDeliveryWaker = (client: Client): DeliveryWaker => ({
  async wake({ callId, endpointId }) {
    const woken = client.workflow.signalWithStart<typeof webhookDelivery, []>(
      WEBHOOK_WORKFLOW_TYPE,
      {
        workflowId: webhookWorkflowId(callId, endpointId),
        taskQueue: CALL_TASK_QUEUE,
        args: [{ callId, endpointId }],
        signal: wakeSignal,
        signalArgs: [],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `call ${callId} → ${endpointId}`,
      },
    );
    if ((await bounded(woken, ANSWER_BOUND_MS)) === TIMED_OUT)
      throw new Error('Temporal is silent');
  },
});
