import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { outcomeOf } from '../../activities/webhook-outcome.js';
import { loadConfig } from '../../src/config.js';
import { webhookWorkflowId } from '../../src/contract/ids.js';
import { createDeliveryWaker } from '../../src/engine/delivery-waker.js';
import { installRuntime } from '../../src/engine/runtime-logger.js';
import { createWebhookWorker, createWorker } from '../../src/engine/worker.js';
import { timeSkippingServer } from '../support/time-skipping-server.js';

const HOUR_MS = 3_600_000;
const EVENTS = ['1-1-0', '1-2-0', '1-3-0'];
const quiet = () => undefined;
installRuntime({ trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet });

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await timeSkippingServer();
});
afterAll(() => env?.teardown());

/** What is owed, by the clock of the server, to an endpoint that is down the whole time. */
function owedForEver(schedule: readonly number[], since: number) {
  const owed = EVENTS.map((id) => ({ id, tried: 0, dueAt: since }));
  const attempts: { id: string; at: number }[] = [];
  return {
    attempts,
    async deliverWebhooks() {
      const now = await env.currentTimeMs();
      for (;;) {
        const [first] = owed;
        if (first === undefined) return { told: [] };
        if (first.dueAt > now) return { told: [], waitMs: first.dueAt - now };
        attempts.push({ id: first.id, at: now });
        const answer = { at: now, durationMs: 1, excerpt: '', httpStatus: 500 };
        const tried = { tried: first.tried, since };
        const outcome = outcomeOf(answer, tried, { schedule, now, random: 0 });
        if (outcome.kind !== 'retry') owed.shift();
        else Object.assign(first, { tried: first.tried + 1, dueAt: outcome.at });
      }
    },
  };
}

it('tries for a day what an endpoint does not take, in a short history, and ends', async () => {
  const { WEBHOOK_RETRY_SECONDS } = loadConfig({});
  const schedule = WEBHOOK_RETRY_SECONDS.map((seconds) => seconds * 1_000);
  const since = await env.currentTimeMs();
  const { attempts, ...activities } = owedForEver(schedule, since);
  const queue = { callId: 1, endpointId: `we_${'0'.repeat(24)}` };
  const parts = { connection: env.nativeConnection, namespace: 'default', shutdownGraceMs: 1_000 };
  const deliverer = await createWebhookWorker({ ...parts, activities });
  const worker = await createWorker({
    ...parts,
    workflowBundle: { codePath: inject('bundlePath') },
    maxCachedWorkflows: 100,
    activities: {},
  });
  const handle = env.client.workflow.getHandle(webhookWorkflowId(1, queue.endpointId));
  await worker.runUntil(
    deliverer.runUntil(async () => {
      const { wake } = createDeliveryWaker(env.client);
      const isWoken = () =>
        wake(queue).then(
          () => true,
          () => false,
        );
      await expect.poll(isWoken).toBe(true);
      await handle.result();
    }),
  );
  const [first, ...others] = EVENTS;
  const tries = schedule.map(() => first);
  expect(attempts.map(({ id }) => id)).toEqual([...tries, ...others]);
  const span = (attempts.at(-1)?.at ?? 0) - since;
  expect(span).toBeGreaterThanOrEqual(24 * HOUR_MS);
  expect(span).toBeLessThan(25 * HOUR_MS);
  const { events = [] } = await handle.fetchHistory();
  expect(events?.length).toBeLessThan(schedule.length * 15);
});
