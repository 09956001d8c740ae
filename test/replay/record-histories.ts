import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { createCallbackActivities } from '../../activities/callbacks.js';
import { createRobotActivities } from '../../activities/robot-calls.js';
import { createStreamActivities } from '../../activities/streams.js';
import type { CallState } from '../../src/call/state.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { workflowBundle } from '../../src/engine/bundle.js';
import { createCallEngine } from '../../src/engine/call-engine.js';
import { connect, type EngineConnection } from '../../src/engine/connection.js';
import { registerSearchAttributes } from '../../src/engine/search-attributes.js';
import { createWebhookWorker, createWorker } from '../../src/engine/worker.js';
import type { MediaRooms } from '../../src/ports/media-rooms.js';
import type { RobotCalls } from '../../src/ports/robot-calls.js';
import type { Telephony } from '../../src/ports/telephony.js';
import type { Delivered } from '../../workflows/webhook-delivery/activities.js';
import { createMediaInMemory } from '../support/media-in-memory.js';
import { phoneActivitiesOver } from '../support/phone-calls.js';
import { createProviderInMemory } from '../support/provider-in-memory.js';
import { QUICK_PACE } from '../support/robot-calls.js';
import { createTelephonyInMemory } from '../support/telephony-in-memory.js';
import { temporalServer } from '../support/temporal-server.js';
import { HISTORIES } from './histories.js';
import { quietRuntime } from './quiet-runtime.js';
import type { Told } from './stage.js';
import { fileOf, STORIES } from './stories.js';

/** Few enough that a talkative call continues as new. */
const EVENTS_PER_RUN = 80;

/** Those that the command line names, or all of them anew. */
const named = process.argv.slice(2);
const wanted = Object.entries(STORIES).filter(
  ([story]) => named.length === 0 || named.includes(story),
);

async function record(): Promise<void> {
  const server = await temporalServer({
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': EVENTS_PER_RUN },
  });
  try {
    const engine = await connect({ env: { TEMPORAL_ADDRESS: server.address } });
    await registerSearchAttributes(engine);
    if (named.length === 0) await rm(HISTORIES, { recursive: true, force: true });
    await mkdir(HISTORIES, { recursive: true });
    await play(engine);
    await engine.connection.close();
  } finally {
    await server.stop();
  }
}

async function play(connected: EngineConnection): Promise<void> {
  const store = { isAway: false };
  let provider = createProviderInMemory();
  const robotCalls: RobotCalls = {
    place: (plan) => provider.place(plan),
    lookUp: (id) => provider.lookUp(id),
    end: (id) => provider.end(id),
    record: (id) => provider.record(id),
    findPlaced: (...search) => provider.findPlaced(...search),
  };
  let media = createMediaInMemory();
  let telephony = createTelephonyInMemory();
  const phones: Telephony = {
    guards: telephony.guards,
    hasSubAccounts: true,
    saysStages: false,
    place: (dial) => telephony.place(dial),
    cancel: (cancel) => telephony.cancel(cancel),
    query: (id) => telephony.query(id),
    subAccount: (name) => telephony.subAccount(name),
  };
  let known: CallState[] = [];
  let looks: Delivered[] = [];
  const mediaRooms: MediaRooms = {
    start: (order) => media.start(order),
    look: (taskId) => media.look(taskId),
    stop: (taskId) => media.stop(taskId),
    dismiss: (room) => media.dismiss(room),
    removeUser: (...who) => media.removeUser(...who),
  };
  const reader = {
    findByProviderId: async () => known[0] && { state: known[0], startBy: 0 },
    placingIn: async () => [],
  };
  const stopping = new AbortController().signal;
  const isOurs = async () => false;
  const worker = await createWorker({
    ...connected,
    workflowBundle: await workflowBundle(),
    activities: {
      ...createRobotActivities({ robotCalls, isOurs, pace: QUICK_PACE, stopping }),
      ...phoneActivitiesOver(phones),
      ...createStreamActivities({ mediaRooms, pace: { beginning: 50, playing: 50 }, stopping }),
      ...createCallbackActivities({
        appId: '1400000000',
        reader,
        robotCalls,
        targets: { read: async () => undefined },
        relay: { deliver: async () => ({ kind: 'taken' }) },
      }),
      recordCall: async () => {
        // Its stack would carry the paths of this machine into the history.
        if (store.isAway) throw Object.assign(new Error('the store is away'), { stack: '' });
      },
    },
    maxCachedWorkflows: 100,
    shutdownGraceMs: 1_000,
  });
  const deliverer = await createWebhookWorker({
    ...connected,
    activities: { deliverWebhooks: async () => looks.shift() ?? { told: [] } },
    shutdownGraceMs: 1_000,
  });
  const engine = createCallEngine(connected.client, { health: { ok: () => true, stop() {} } });
  const tellAll = async () => {
    for (const [name, story] of wanted) {
      provider = createProviderInMemory();
      media = createMediaInMemory();
      telephony = createTelephonyInMemory();
      known = [];
      looks = [];
      const stage = { ...connected, engine, store, provider, telephony, media, looks, known };
      const told = await story(stage);
      const text = await historyOf(connected, told);
      await writeFile(new URL(fileOf(name), HISTORIES), text);
      process.stdout.write(`${fileOf(name)}: ${text.match(/"eventId"/g)?.length} events\n`);
    }
  };
  await worker.runUntil(deliverer.runUntil(tellAll));
}

async function historyOf({ client }: EngineConnection, told: Told): Promise<string> {
  const { callId, runId, workflowId = callWorkflowId(callId) } = told;
  await client.workflow.getHandle(workflowId).result();
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return withoutMachine(JSON.stringify(JSON.parse(historyToJSON(history)), null, 1));
}

/** Who recorded it is nobody's business, and another name with every recording would be noise. */
function withoutMachine(text: string): string {
  const scrubbed = text.replaceAll(`${process.pid}@${hostname()}`, 'recorder');
  if (scrubbed.includes(hostname())) throw new Error('a history names the machine it is from');
  return `${scrubbed}\n`;
}

quietRuntime();
await record();
