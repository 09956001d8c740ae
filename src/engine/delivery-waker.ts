import type { Client } from '@temporalio/client';
import { wakeSignal } from '../../workflows/webhook-delivery/messages.js';
import type { webhookDelivery } from '../../workflows/webhook-delivery/webhook-delivery.workflow.js';
import { webhookWorkflowId } from '../contract/ids.js';
import { CALL_TASK_QUEUE, WEBHOOK_WORKFLOW_TYPE } from '../contract/names.js';
import type { DeliveryWaker } from '../ports/webhooks.js';

/** Starts the workflow that delivers, or tells the running one that there is more. */
export const createDeliveryWaker = (client: Client): DeliveryWaker => ({
  async wake({ callId, endpointId }) {
    await client.workflow.signalWithStart<typeof webhookDelivery, []>(WEBHOOK_WORKFLOW_TYPE, {
      workflowId: webhookWorkflowId(callId, endpointId),
      taskQueue: CALL_TASK_QUEUE,
      args: [{ callId, endpointId }],
      signal: wakeSignal,
      signalArgs: [],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `call ${callId} → ${endpointId}`,
    });
  },
});
