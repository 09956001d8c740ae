import { Client, Connection } from '@temporalio/client';
import { createClient } from '../../../src/client/create-client.js';
import { startWebhookReceiver } from '../../../src/simulators/webhooks/receiver.js';
import { serviceToken, userToken } from '../../support/tokens.js';
import { product } from '../contenders/switchyard.js';
import type { Stage } from '../stage.js';

/** What one call more costs Temporal when one endpoint is told everything. */
export interface EndpointCost {
  readonly calls: number;
  readonly runs: number;
  readonly events: number;
  readonly bytes: number;
}

const CALLS = 20;
const BY = { terminal_id: 'phone' };

export async function measureEndpoint(stage: Stage): Promise<EndpointCost> {
  const { place, namespace, launch } = await product(stage, 'PostgreSQL', stage.temporal.address, {
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  });
  const secrets: string[] = [];
  const receiver = await startWebhookReceiver({ secrets: () => secrets });
  const connection = await Connection.connect({ address: stage.temporal.address });
  try {
    const { url } = await launch('serve');
    const backend = createClient({ baseUrl: url, token: await serviceToken() });
    secrets.push((await backend.createWebhookEndpoint({ url: receiver.url })).secret);
    for (let nth = 0; nth < CALLS; nth += 1) await talk(url, nth);
    const ends = () => receiver.received.filter(({ type }) => type === 'call.ended').length;
    while (ends() < CALLS) await new Promise((resolve) => setTimeout(resolve, 100));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return await costOf(new Client({ connection, namespace }));
  } finally {
    await connection.close();
    await place.remove();
    await receiver.stop();
  }
}

async function talk(baseUrl: string, nth: number): Promise<void> {
  const [callerId, calleeId] = [String(10_000 + nth), String(20_000 + nth)];
  const as = async (userId: string) => createClient({ baseUrl, token: await userToken(userId) });
  const [caller, callee] = [await as(callerId), await as(calleeId)];
  const { call_id } = await caller.createCall({
    conversation_id: 1001,
    target_user_id: Number(calleeId),
    call_type: 'video',
    biz_type: 'single',
    ...BY,
  });
  const id = { callId: Number(call_id) };
  await callee.acceptCall(id, BY);
  await caller.reportMediaState(id, { ...BY, stage: 'joined' });
  await callee.reportMediaState(id, { ...BY, stage: 'joined' });
  await caller.hangupCall(id, BY);
}

async function costOf(client: Client): Promise<EndpointCost> {
  let [runs, events, bytes] = [0, 0, 0];
  for await (const run of client.workflow.list({ query: "WorkflowType = 'webhookDelivery'" })) {
    runs += 1;
    events += run.historyLength;
    bytes += run.historySize ?? 0;
  }
  return { calls: CALLS, runs: runs / CALLS, events: events / CALLS, bytes: bytes / CALLS };
}
