import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { expect, inject, it, onTestFinished } from 'vitest';
import { webhookWorkflowId } from '../../src/contract/ids.js';
import { createDeliveryWaker } from '../../src/engine/delivery-waker.js';
import { createWebhookWorker } from '../../src/engine/worker.js';
import type { Delivered } from '../../workflows/webhook-delivery/activities.js';
import { startRig } from '../support/rig.js';

interface Look {
  readonly at: number;
}

const ENDPOINT = 'we_000000000000000000000001';
let calls = 0;

/** A worker whose activity answers as `deliver` says, and what was asked of it. */
async function startDeliverer(deliver: (nth: number) => Promise<Delivered>) {
  const rig = await startRig();
  calls += 1;
  const queue = { callId: calls, endpointId: ENDPOINT };
  const looks: Look[] = [];
  const worker = await createWebhookWorker({
    ...rig,
    shutdownGraceMs: 1_000,
    activities: {
      deliverWebhooks: async () => {
        looks.push({ at: Date.now() });
        return deliver(looks.length);
      },
    },
  });
  const ended = worker.run();
  const waker = createDeliveryWaker(rig.client);
  const workflowId = webhookWorkflowId(queue.callId, ENDPOINT);
  const handle = (): WorkflowHandle => rig.client.workflow.getHandle(workflowId);
  onTestFinished(async () => {
    worker.shutdown();
    await ended;
  });
  return {
    looks,
    wake: () => waker.wake(queue),
    handle,
    async done() {
      await handle().result();
      const history = await handle().fetchHistory();
      const workflowBundle = { codePath: inject('bundlePath') };
      await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
      return history.events?.length ?? 0;
    },
  };
}

it('looks once, ends when nothing is left, and costs twelve events', async () => {
  const deliverer = await startDeliverer(async () => ({ told: ['call.ended 1-2-0: 204'] }));
  await deliverer.wake();
  expect(await deliverer.done()).toBe(12);
  expect(deliverer.looks).toHaveLength(1);
});

it('looks again when it is woken while it looks, and whenever it is woken later', async () => {
  const waits: (() => void)[] = [];
  const deliverer = await startDeliverer(
    () => new Promise((resolve) => waits.push(() => resolve({ told: [] }))),
  );
  await deliverer.wake();
  await expect.poll(() => waits).toHaveLength(1);
  await deliverer.wake();
  waits[0]?.();
  await expect.poll(() => waits).toHaveLength(2);
  waits[1]?.();
  await deliverer.done();
  await deliverer.wake();
  await expect.poll(() => waits).toHaveLength(3);
  waits[2]?.();
  await deliverer.done();
});

it('waits as long as it is told to, unless it is woken', async () => {
  const deliverer = await startDeliverer(async (nth) => {
    if (nth === 1) return { waitMs: 700, told: [] };
    return nth === 2 ? { waitMs: 600_000, told: [] } : { told: [] };
  });
  await deliverer.wake();
  await expect.poll(() => deliverer.looks).toHaveLength(2);
  const [first, second] = deliverer.looks;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(700);
  await deliverer.wake();
  await deliverer.done();
  expect(deliverer.looks).toHaveLength(3);
});

it('tells operators what was attempted', async () => {
  const deliverer = await startDeliverer(async (nth) =>
    nth === 1 ? { waitMs: 600_000, told: ['call.incoming 1-1-0: 500, retry'] } : { told: [] },
  );
  await deliverer.wake();
  await expect.poll(() => deliverer.looks).toHaveLength(1);
  const details = async () =>
    (await deliverer.handle().query<{ currentDetails?: string }>('__temporal_workflow_metadata'))
      .currentDetails;
  await expect.poll(details).toBe('- call.incoming 1-1-0: 500, retry');
  await deliverer.wake();
  await deliverer.done();
});
