import { setTimeout as pause } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createWebhookActivities } from '../../activities/webhooks.js';
import type { Delivered } from '../../workflows/webhook-delivery/activities.js';
import { after, callerId, cancels, placed } from '../store/fixtures.js';
import { openEmbedded } from '../store/stores.js';

const ENDPOINT_ID = `we_${'0'.repeat(24)}`;

it('what finds no room is sent later, in order, and that was no attempt', async () => {
  const store = await openEmbedded();
  onTestFinished(() => store.remove());
  const endpoint = { id: ENDPOINT_ID, url: 'https://a.example', createdAt: 1, updatedAt: 1 };
  await store.webhookEndpoints.create({ ...endpoint, status: 'enabled' }, 'whsec_');
  const call = await placed(store.reservations);
  const { state, events } = after(call, cancels(callerId(call)));
  const [queue] = await store.records.write(state, events);
  if (queue === undefined) throw new Error('nobody is told');

  let hasRoom = false;
  const sent: string[] = [];
  const answer = { at: 1, durationMs: 1, excerpt: '' };
  const { deliverWebhooks } = createWebhookActivities({
    deliveries: store.webhookDeliveries,
    sender: {
      async send({ id }) {
        if (!hasRoom) return { ...answer, error: 'not sent: silent', noRoom: 'silent' };
        sent.push(id);
        return { ...answer, httpStatus: 204 };
      },
    },
    schedule: [0, 60_000],
    onLoss: (loss) => expect.unreachable(loss),
  });
  const deliver = (): Promise<Delivered> =>
    new MockActivityEnvironment().run(deliverWebhooks, queue);

  const [first, second] = [`${call.callId}-2-0`, `${call.callId}-2-1`];
  const { waitMs = 0, told } = await deliver();
  expect(told).toEqual([`call.ringing_stopped ${first}: not sent: silent, wait`]);
  expect(waitMs).toBeLessThanOrEqual(2_400);
  hasRoom = true;
  await pause(waitMs);
  expect(await deliver()).toMatchObject({ told: { length: 2 } });
  expect(sent).toEqual([first, second]);
  const listed = await store.webhookDeliveries.list({ endpointId: ENDPOINT_ID }, undefined, 9);
  expect(listed.map(({ status, attempts }) => [status, attempts.length])).toEqual([
    ['delivered', 1],
    ['delivered', 1],
  ]);
});
