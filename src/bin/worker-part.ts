import type { Worker } from '@temporalio/worker';
import { createRecordActivities } from '../../activities/records.js';
import type { Config } from '../config.js';
import { workflowBundle } from '../engine/bundle.js';
import type { EngineConnection } from '../engine/connection.js';
import { createWorker } from '../engine/worker.js';
import type { Store } from '../store/open-store.js';

export interface WorkerPart {
  /** Settles when the worker has stopped; rejects when it broke. */
  readonly ended: Promise<void>;
  isRunning(): boolean;
  stop(): Promise<void>;
}

export async function startWorker(
  config: Config,
  engine: EngineConnection,
  store: Store,
): Promise<WorkerPart> {
  const worker = await createWorker({
    connection: engine.connection,
    namespace: engine.namespace,
    workflowBundle: await workflowBundle(),
    activities: createRecordActivities(store.records),
    maxCachedWorkflows: config.MAX_CACHED_WORKFLOWS,
    shutdownGraceMs: config.SHUTDOWN_GRACE_SECONDS * 1_000,
  });
  const ended = worker.run();
  ended.catch(() => undefined);
  return {
    ended,
    isRunning: () => worker.getState() === 'RUNNING',
    stop: () => stop(worker, ended),
  };
}

async function stop(worker: Worker, ended: Promise<void>): Promise<void> {
  if (worker.getState() === 'RUNNING') worker.shutdown();
  await ended.catch(() => undefined);
}
