import type { Worker } from '@temporalio/worker';
import { createCallbackActivities } from '../../activities/callbacks.js';
import { createPhoneActivities, withoutTelephony } from '../../activities/phone-calls.js';
import { createRecordActivities } from '../../activities/records.js';
import { createRobotActivities, withoutProvider } from '../../activities/robot-calls.js';
import { createStreamActivities } from '../../activities/streams.js';
import type { WebhookLoss } from '../../activities/webhooks.js';
import type { Config } from '../config.js';
import { workflowBundle } from '../engine/bundle.js';
import type { EngineConnection } from '../engine/connection.js';
import { createWorker } from '../engine/worker.js';
import type { PlacedHere } from '../ports/placed-here.js';
import type { Store } from '../store/open-store.js';
import type { PhonePart } from './phone-part.js';
import type { TencentPart } from './tencent-part.js';

export interface WorkerPart {
  /** Settles when the worker has stopped; rejects when it broke. */
  readonly ended: Promise<void>;
  isRunning(): boolean;
  /** How many there were since it started. */
  webhookLosses(): Readonly<Record<WebhookLoss, number>>;
  stop(): Promise<void>;
}

export interface WorkerParts {
  readonly config: Config;
  readonly engine: EngineConnection;
  readonly store: Store;
  readonly tencent?: TencentPart | undefined;
  readonly phone?: PhonePart | undefined;
  /** Absent where no request of this process asks for calls. */
  readonly placings?: PlacedHere | undefined;
}

export async function startWorker(parts: WorkerParts): Promise<WorkerPart> {
  const { config, engine, store, tencent, phone, placings } = parts;
  const stopping = new AbortController();
  const worker = await createWorker({
    connection: engine.connection,
    namespace: engine.namespace,
    workflowBundle: await workflowBundle(),
    activities: {
      ...createRecordActivities(store.records),
      ...(tencent === undefined
        ? withoutProvider
        : withTencent(tencent, { store, placings, stopping: stopping.signal })),
      ...(phone === undefined ? withoutTelephony : phoneActivities(phone, store, stopping.signal)),
    },
    maxCachedWorkflows: config.MAX_CACHED_WORKFLOWS,
    shutdownGraceMs: config.SHUTDOWN_GRACE_SECONDS * 1_000,
  });
  const running = worker.run();
  // Calls go on by now. What delivers webhooks is loaded after that: a worker shall be back soon.
  const { createDeliverer } = await import('./webhook-part.js');
  const losses = { dead: 0, gone: 0 };
  const onLoss = (loss: WebhookLoss) => void (losses[loss] += 1);
  const deliverer = await createDeliverer({ ...parts, onLoss });
  const ended = Promise.all([running, deliverer.worker.run()]).then(() => undefined);
  ended.catch(() => undefined);
  return {
    ended,
    isRunning: () => worker.getState() === 'RUNNING',
    webhookLosses: () => losses,
    async stop() {
      stopping.abort();
      await stop([worker, deliverer.worker], ended);
      await deliverer.close();
    },
  };
}

interface Around {
  readonly store: Store;
  readonly placings: PlacedHere | undefined;
  readonly stopping: AbortSignal;
}
const withTencent = (tencent: TencentPart, { store, placings, stopping }: Around) => ({
  ...createRobotActivities({
    robotCalls: tencent.robotCalls,
    isOurs: async (id) => (await store.reader.findByProviderId(id)) !== undefined,
    ...(placings && { placedHere: placings }),
    stopping,
  }),
  ...(tencent.mediaRooms && createStreamActivities({ mediaRooms: tencent.mediaRooms, stopping })),
  ...createCallbackActivities({ ...tencent, reader: store.reader, targets: store.callbackTargets }),
});
const phoneActivities = (
  { telephony, dialPlan, phone }: PhonePart,
  { directory, phoneReservations: reservations }: Store,
  stopping: AbortSignal,
) => {
  const { limits } = phone;
  return createPhoneActivities({
    telephony,
    dialPlan,
    directory,
    reservations,
    limits,
    stopping,
  });
};

async function stop(workers: readonly Worker[], ended: Promise<void>): Promise<void> {
  for (const each of workers) if (each.getState() === 'RUNNING') each.shutdown();
  await ended.catch(() => undefined);
}
