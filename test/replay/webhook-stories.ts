import { webhookWorkflowId } from '../../src/contract/ids.js';
import { createDeliveryWaker } from '../../src/engine/delivery-waker.js';
import type { Delivered } from '../../workflows/webhook-delivery/activities.js';
import { aStart } from '../support/calls.js';
import type { Stage, Story, ToldRun } from './stage.js';

const ENDPOINT_ID = `we_${'0'.repeat(23)}1`;
const MORE_THAN_A_RUN = 40;

/** What is delivered to one endpoint, of a call that is told of elsewhere. */
async function begun({ client, looks }: Stage, found: readonly Delivered[]) {
  const { callId } = aStart().state;
  looks.push(...found);
  const queue = { callId, endpointId: ENDPOINT_ID };
  const wake = () => createDeliveryWaker(client).wake(queue);
  await wake();
  const workflowId = webhookWorkflowId(callId, ENDPOINT_ID);
  return { callId, workflowId, wake, handle: client.workflow.getHandle(workflowId) };
}

async function continuedAsNew(stage: Stage): Promise<ToldRun> {
  const found = Array.from({ length: MORE_THAN_A_RUN }, () => ({
    waitMs: 0,
    told: ['500, retry'],
  }));
  const { handle, ...told } = await begun(stage, found);
  const { raw } = await handle.describe();
  await handle.result();
  return { ...told, runId: raw.workflowExecutionInfo?.firstRunId ?? '' };
}

/** What a call has to tell an endpoint. */
export const WEBHOOK_STORIES: Readonly<Record<string, Story>> = {
  'webhooks, delivered at once': (stage) => begun(stage, [{ told: ['call.ended 1-2-0: 204'] }]),

  async 'webhooks, tried again and woken'(stage) {
    const retry = (waitMs: number) => ({ waitMs, told: ['call.ended 1-2-0: 500, retry'] });
    const { wake, ...told } = await begun(stage, [retry(200), retry(600_000)]);
    while (stage.looks.length > 0) await told.handle.describe();
    await wake();
    return told;
  },

  'webhooks, continued as new, first run': continuedAsNew,

  async 'webhooks, continued as new, last run'(stage) {
    const { runId: _first, ...told } = await continuedAsNew(stage);
    return told;
  },
};
