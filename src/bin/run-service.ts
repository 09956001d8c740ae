import type { Logger } from 'pino';
import { type Config, InvalidConfig } from '../config.js';
import { connect, type EngineConnection } from '../engine/connection.js';
import { createDeliveryWaker } from '../engine/delivery-waker.js';
import { lockFolder } from '../engine/embedded/folder-lock.js';
import { createPlacedHere } from '../engine/placed-here.js';
import { registerSearchAttributes } from '../engine/search-attributes.js';
import { createKeyring } from '../keys/keyring.js';
import { deliveredSoon } from '../service/deliver-soon.js';
import { openStore, type Store } from '../store/open-store.js';
import type { ApiPart } from './api-part.js';
import { providerParts } from './provider-parts.js';
import { unlessStopped } from './stop-signal.js';
import { Undo } from './undo.js';
import { startWorker, type WorkerPart } from './worker-part.js';

export type Role = 'serve' | 'api' | 'worker';

export interface ServiceOptions {
  readonly role: Role;
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** Aborted when a stop is asked for, also while the service is still starting. */
  readonly stopping: AbortSignal;
  /** Of an embedded Temporal server; without it the environment says where Temporal is. */
  readonly embeddedAddress?: string | undefined;
  /** Whether the caller already holds the lock of the data folder. */
  readonly folderIsLocked?: boolean;
}

export interface RunningService {
  readonly apiUrl?: string;
  /** Rejects when the service can no longer do its work. */
  readonly broken: Promise<never>;
  stop(): Promise<void>;
}

/** Starts the parts of a role, and stops them in the reverse order: the API drains first. */
export async function runService(options: ServiceOptions): Promise<RunningService> {
  const { logger } = options;
  refuseSplitWithoutDatabase(options);
  const undo = new Undo((error) => logger.error({ err: error }, 'not stopped cleanly'));
  const stop = () => undo.run();
  try {
    const { api, worker } = await startParts(options, undo);
    const broken = (worker?.ended ?? new Promise<void>(() => undefined)).then(
      () => new Promise<never>(() => undefined),
    );
    broken.catch(() => undefined);
    return { ...(api !== undefined && { apiUrl: api.url }), broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  readonly api?: ApiPart | undefined;
  readonly worker?: WorkerPart | undefined;
}

async function startParts(options: ServiceOptions, undo: Undo): Promise<Parts> {
  const { role, config, logger } = options;
  if (!options.folderIsLocked && config.DATABASE_URL === undefined) {
    const lock = await lockFolder(config.SWITCHYARD_DIR);
    undo.add(() => lock.release());
  }
  const [engine, opened] = await Promise.all([reachEngine(options, undo), open(options, undo)]);
  const waker = createDeliveryWaker(engine.client);
  const store = { ...opened, records: deliveredSoon(opened.records, waker) };
  const placings = role === 'serve' ? createPlacedHere(engine.client) : undefined;
  const providers = await providerParts(config, store.directory, undo);
  const parts = { config, engine, store, placings, ...providers };
  const worker = role === 'api' ? undefined : await startWorker(parts);
  if (worker !== undefined) undo.add(() => worker.stop());
  if (role === 'worker') return { worker };
  const { startApi } = await import('./api-part.js');
  const api = await startApi({ ...parts, waker, logger, worker });
  undo.add(() => api.stop());
  return { api, worker };
}

async function reachEngine(options: ServiceOptions, undo: Undo): Promise<EngineConnection> {
  const { env, embeddedAddress, stopping } = options;
  const where = embeddedAddress === undefined ? { env } : { env, embeddedAddress };
  const engine = await unlessStopped(stopping, () => connect(where));
  undo.add(() => engine.connection.close());
  await unlessStopped(stopping, () => registerSearchAttributes(engine));
  return engine;
}

async function open({ config, logger }: ServiceOptions, undo: Undo): Promise<Store> {
  const store = await openStore({
    databaseUrl: config.DATABASE_URL,
    directory: `${config.SWITCHYARD_DIR}/store`,
    keyring: createKeyring(config.STORE_KEYS),
    onError: (error) => logger.error({ err: error }, 'store failed in the background'),
  });
  undo.add(() => store.close());
  return store;
}

function refuseSplitWithoutDatabase({ role, config }: ServiceOptions): void {
  if (role === 'serve' || config.DATABASE_URL !== undefined) return;
  throw new InvalidConfig(
    `DATABASE_URL: needed by \`switchyard ${role}\`, because two processes cannot share the embedded store`,
  );
}
