import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { createWebhookActivities } from '../../activities/webhooks.js';
import { webhookWorkflowId } from '../../src/contract/ids.js';
import { createDeliveryWaker } from '../../src/engine/delivery-waker.js';
import { createWebhookWorker } from '../../src/engine/worker.js';
import { createWebhookSender } from '../../src/providers/webhooks/webhook-sender.js';
import { startWebhookReceiver } from '../../src/simulators/webhooks/receiver.js';
import type { WebhookActivities } from '../../workflows/webhook-delivery/activities.js';
import { placed } from '../store/fixtures.js';
import { openEmbedded } from '../store/stores.js';
import type { History } from '../support/replayed.js';
import { historiesOf, startRig } from '../support/rig.js';
import { runSeed, seeded } from '../support/seeded.js';
import { SHORT_RUNS, type TestServer, temporalServer } from '../support/temporal-server.js';

const ENDPOINT_ID = `we_${'0'.repeat(23)}1`;
const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
/** Where `SHORT_RUNS` suggests another run, and what one look and one wake-up may add. */
const LONGEST_RUN = 60 + 20;

let server: TestServer;
beforeAll(async () => {
  server = await temporalServer({ dynamicConfig: SHORT_RUNS });
});
afterAll(() => server.stop());

async function startDeliverer(activities: WebhookActivities) {
  const rig = await startRig({ address: server.address });
  const worker = await createWebhookWorker({ ...rig, activities, shutdownGraceMs: 1_000 });
  const ended = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await ended;
  });
  return { client: rig.client, waker: createDeliveryWaker(rig.client) };
}

/** Events of each run, once the last one is over; each is replayed. */
async function lengthsOf(client: Client, workflowId: string): Promise<number[]> {
  await client.workflow.getHandle(workflowId).result();
  const histories = await historiesOf(client, workflowId);
  const workflowBundle = { codePath: inject('bundlePath') };
  for (const history of histories) {
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
  }
  return histories.map(({ events }) => events?.length ?? 0);
}

interface Run {
  readonly status: string;
  readonly events: NonNullable<History['events']>;
}

async function runsUnder(client: Client, workflowId: string): Promise<Run[]> {
  const runs: Run[] = [];
  const query = `WorkflowId = '${workflowId}'`;
  for await (const { runId, status } of client.workflow.list({ query })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push({ status: status.name, events: events ?? [] });
  }
  return runs;
}

/** `WorkflowTaskFailedCause` of Temporal's API: a signal came, and the end of its run was refused. */
const UNHANDLED_COMMAND = 1;
const wasCrossed = ({ events }: Run): boolean =>
  events.some(
    ({ workflowTaskFailedEventAttributes: failed }) => failed?.cause === UNHANDLED_COMMAND,
  );

describe('webhooks of one call that take many attempts', () => {
  it('are delivered in order, over as many runs as keep each history short', async () => {
    const EVENTS = 24;
    const store = await openEmbedded();
    onTestFinished(() => store.remove());
    const sender = createWebhookSender({ allowedNetworks: ['127.0.0.0/8'] });
    onTestFinished(() => sender.close());
    const asked = new Set<string>();
    const taken: string[] = [];
    const receiver = await startWebhookReceiver({
      secrets: () => [SECRET],
      reply({ id }) {
        const isNew = !asked.has(id);
        asked.add(id);
        return { status: isNew ? 500 : 204 };
      },
      onWebhook: ({ id }) => taken.push(id),
    });
    onTestFinished(() => receiver.stop());
    const at = Date.now();
    const times = { createdAt: at, updatedAt: at };
    const endpoint = { id: ENDPOINT_ID, url: receiver.url, status: 'enabled', ...times } as const;
    await store.webhookEndpoints.create(endpoint, SECRET);
    const call = await placed(store.reservations);
    const versions = Array.from({ length: EVENTS }, (_, index) => index + 2);
    const [queue] = await store.records.write(
      call,
      versions.map((version) => ({ type: 'call.updated', version, at })),
    );
    if (queue === undefined) throw new Error('nobody is told');

    const { client, waker } = await startDeliverer(
      createWebhookActivities({
        deliveries: store.webhookDeliveries,
        sender,
        schedule: [0, 60, 60_000],
        onLoss: (loss) => expect.unreachable(loss),
      }),
    );
    await waker.wake(queue);
    const lengths = await lengthsOf(client, webhookWorkflowId(call.callId, ENDPOINT_ID));

    expect(taken).toEqual(versions.map((version) => `${call.callId}-${version}-0`));
    expect(receiver.received).toHaveLength(2 * EVENTS);
    expect(lengths.length).toBeGreaterThan(3);
    expect(Math.max(...lengths)).toBeLessThan(LONGEST_RUN);
  });
});

describe('a wake-up', () => {
  it('is followed by a look, though its workflow ends or continues as new in that moment', async () => {
    const ROUNDS = 40;
    /** Of so many rounds; more of them only while something has not happened yet. */
    const MOST_PLAYS = 10;
    const WAKES = 4;
    const LOOKS_UNTIL_NOTHING_IS_LEFT = 7;
    const random = seeded(runSeed());
    const queue = { callId: 1, endpointId: ENDPOINT_ID };
    const looks: number[] = [];
    const { client, waker } = await startDeliverer({
      async deliverWebhooks() {
        looks.push(performance.now());
        const isNothingLeft = looks.length % LOOKS_UNTIL_NOTHING_IS_LEFT === 0;
        return { told: [], ...(!isNothingLeft && { waitMs: 600_000 }) };
      },
    });
    /** How long a look takes to come, which is when its run may end: a busy machine takes its time. */
    let paceMs = 20;
    const lookAfter = async (at: number): Promise<void> => {
      await expect.poll(() => looks.at(-1), { interval: 2, timeout: 20_000 }).toBeGreaterThan(at);
      paceMs = 0.8 * paceMs + 0.2 * ((looks.at(-1) ?? at) - at);
    };
    const play = async (): Promise<void> => {
      for (let wakes = 1; wakes < WAKES; wakes += 1) {
        await waker.wake(queue);
        await sleep(random() * paceMs);
      }
      const at = performance.now();
      await waker.wake(queue);
      await lookAfter(at);
    };
    const workflowId = webhookWorkflowId(queue.callId, ENDPOINT_ID);
    const counts = { ended: 0, continued: 0, crossed: 0 };
    for (let plays = 0; plays < MOST_PLAYS; plays += 1) {
      for (let round = 0; round < ROUNDS; round += 1) await play();
      const runs = await runsUnder(client, workflowId);
      counts.ended = runs.filter(({ status }) => status === 'COMPLETED').length;
      counts.continued = runs.filter(({ status }) => status === 'CONTINUED_AS_NEW').length;
      counts.crossed = runs.filter(wasCrossed).length;
      if (Object.values(counts).every((count) => count > 1)) break;
    }
    console.log(`seed ${runSeed()}: ${looks.length} looks, runs ${JSON.stringify(counts)}`);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
  });
});
