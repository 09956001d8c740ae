import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryQueue } from '../../src/ports/webhooks.js';
import { deliveredSoon, sweepDeliveries } from '../../src/service/deliver-soon.js';
import { after, callerId, cancels, placed } from '../store/fixtures.js';
import { type OpenedStore, openEmbedded } from '../store/stores.js';

const ENDPOINT_ID = `we_${'0'.repeat(24)}`;
/** Within this time whoever was woken has looked, or is waiting for an answer. */
const GRACE_MS = 15_000;

let store: OpenedStore;
beforeAll(async () => {
  store = await openEmbedded();
  const times = { createdAt: 1, updatedAt: 1 };
  const endpoint = { id: ENDPOINT_ID, url: 'https://a.example', ...times };
  await store.webhookEndpoints.create({ ...endpoint, status: 'enabled' }, 'whsec_');
});
afterAll(() => store.remove());

async function cancelled(wake: (queue: DeliveryQueue) => Promise<void>): Promise<DeliveryQueue> {
  const call = await placed(store.reservations);
  const { state, events } = after(call, cancels(callerId(call)));
  await deliveredSoon(store.records, { wake }).write(state, events);
  return { callId: call.callId, endpointId: ENDPOINT_ID };
}

it('wakes whoever delivers what a record has put in a queue', async () => {
  const woken: DeliveryQueue[] = [];
  const queue = await cancelled(async (each) => void woken.push(each));
  expect(woken).toEqual([queue]);
});

it('finds what was handed to nobody, once whoever had it would have begun', async () => {
  // The process dies there, or Temporal is away: the record is written all the same.
  const queue = await cancelled(() => Promise.reject(new Error('lost')));
  const woken: DeliveryQueue[] = [];
  const parts = {
    deliveries: store.webhookDeliveries,
    waker: { wake: async (each: DeliveryQueue) => void woken.push(each) },
  };
  const now = Date.now();
  expect(await sweepDeliveries(parts, now)).toEqual([]);
  expect(woken).toEqual([]);
  await sweepDeliveries(parts, now + GRACE_MS + 1_000);
  expect(woken).toContainEqual(queue);
});

describe('a sweep', () => {
  const queues = Array.from({ length: 6 }, (_, nth) => ({ callId: nth, endpointId: ENDPOINT_ID }));
  const sweptBy = async (wake: (queue: DeliveryQueue) => Promise<void>, stopping?: AbortSignal) => {
    const tried: number[] = [];
    const waker = {
      wake: (queue: DeliveryQueue) => {
        tried.push(queue.callId);
        return wake(queue);
      },
    };
    const deliveries = { ...store.webhookDeliveries, overdue: async () => queues };
    const woken = await sweepDeliveries({ deliveries, waker }, Date.now(), stopping);
    return { tried, woken: woken.map(({ callId }) => callId) };
  };

  it('goes on after one that cannot be woken', async () => {
    const swept = await sweptBy(({ callId }) =>
      callId === 1 ? Promise.reject(new Error('its workflow is broken')) : Promise.resolve(),
    );
    expect(swept.woken).toEqual([0, 2, 3, 4, 5]);
  });

  it('leaves the rest to the next one when nobody can be woken', async () => {
    const swept = await sweptBy(() => Promise.reject(new Error('Temporal is silent')));
    expect(swept).toEqual({ tried: [0, 1, 2], woken: [] });
  });

  it('ends with the process', async () => {
    expect(await sweptBy(async () => undefined, AbortSignal.abort())).toEqual({
      tried: [],
      woken: [],
    });
  });
});
