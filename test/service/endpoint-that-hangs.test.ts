import { setTimeout as pause } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createWebhookActivities } from '../../activities/webhooks.js';
import type { DeliveryQueue } from '../../src/ports/webhooks.js';
import { createWebhookSender } from '../../src/providers/webhooks/webhook-sender.js';
import { startWebhookReceiver } from '../../src/simulators/webhooks/receiver.js';
import { IN_MEMORY, openPglite } from '../../src/store/pglite.js';
import type { Delivered } from '../../workflows/webhook-delivery/activities.js';
import { after, callerId, cancels, placed } from '../store/fixtures.js';
import { repositories } from '../store/stores.js';

const ENDPOINT_ID = `we_${'0'.repeat(24)}`;
const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

it('an endpoint that hangs is told all of it once it answers, whatever found no room', async () => {
  let hangs = true;
  const receiver = await startWebhookReceiver({
    secrets: () => [SECRET],
    reply: () => (hangs ? 'silence' : { status: 204 }),
  });
  const store = repositories(await openPglite(IN_MEMORY));
  const sender = createWebhookSender({ allowedNetworks: ['127.0.0.0/8'], answerWithinMs: 200 });
  onTestFinished(async () => {
    await sender.close();
    await receiver.stop();
    await store.database.close();
  });
  const endpoint = { id: ENDPOINT_ID, url: `${receiver.url}/`, createdAt: 1, updatedAt: 1 };
  await store.webhookEndpoints.create({ ...endpoint, status: 'enabled' }, SECRET);
  const { deliverWebhooks } = createWebhookActivities({
    deliveries: store.webhookDeliveries,
    sender,
    schedule: [0, 500, 1_500, 3_000, 60_000],
  });

  const lines: string[] = [];
  /** As the workflow does, which keeps the time. */
  const deliver = async (queue: DeliveryQueue): Promise<void> => {
    for (;;) {
      const { waitMs, told }: Delivered = await new MockActivityEnvironment().run(
        deliverWebhooks,
        queue,
      );
      lines.push(...told);
      if (waitMs === undefined) return;
      await pause(waitMs);
    }
  };
  const queues: DeliveryQueue[] = [];
  for (let nth = 0; nth < 20; nth += 1) {
    const call = await placed(store.reservations);
    const { state, events } = after(call, cancels(callerId(call)));
    queues.push(...(await store.records.write(state, events)));
  }
  const delivering = Promise.all(queues.map(deliver));
  const refused = () => lines.filter((line) => line.endsWith('not sent: silent, wait'));
  await expect.poll(() => refused().length).toBeGreaterThanOrEqual(5);
  hangs = false;
  await delivering;

  const taken = (callId: number) => [
    ...new Set(receiver.received.filter(({ id }) => id.startsWith(`${callId}-`)).map(({ id }) => id)),
  ];
  expect(queues).toHaveLength(20);
  for (const { callId } of queues) expect(taken(callId)).toEqual([`${callId}-2-0`, `${callId}-2-1`]);
  const listed = await store.webhookDeliveries.list({ endpointId: ENDPOINT_ID }, undefined, 50);
  expect(listed.map(({ status }) => status)).toEqual(Array(40).fill('delivered'));
  expect(listed.flatMap(({ attempts }) => attempts).filter(({ error }) => /^not sent/.test(error ?? ''))).toEqual([]);
});
