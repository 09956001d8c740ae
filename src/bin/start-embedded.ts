import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { findCli } from '../engine/embedded/find-cli.js';
import { lockFolder } from '../engine/embedded/folder-lock.js';
import { startEmbeddedServer } from '../engine/embedded/server.js';
import { createLogger } from '../observability/logger.js';
import type { YuntongxunSimulator } from '../simulators/yuntongxun/simulator.js';
import { withDevelopmentKeys } from './development-keys.js';
import { type RunningService, runService } from './run-service.js';
import { haveUsToldOfPhones, phonesOf, withPhones } from './simulated-phones.js';
import { haveUsCalledBack, type SimulatedTencent, withTencent } from './simulated-tencent.js';
import { unlessStopped } from './stop-signal.js';
import { Undo } from './undo.js';

export interface Embedded {
  readonly config: Config;
  readonly service: RunningService;
  readonly temporalAddress: string;
  readonly uiUrl: string | undefined;
  readonly logFile: string;
  /** Stands in for Tencent where none is configured. */
  readonly tencent?: SimulatedTencent;
  /** Stands in for the telephony provider where none is configured. */
  readonly phone?: YuntongxunSimulator;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
  /** Aborted when a stop is asked for, also while everything is still starting. */
  readonly stopping: AbortSignal;
  /** Called once, before anything of Temporal is used. */
  readonly prepareRuntime: (logger: Logger) => void;
}

/** Everything in one process: a Temporal server if none is configured, the store, API and worker. */
export async function startEmbedded(options: StartOptions): Promise<Embedded> {
  const undo = new Undo((error) => options.progress(`not stopped cleanly: ${error}`));
  const stop = () => undo.run();
  try {
    const lock = await lockFolder(options.config.SWITCHYARD_DIR);
    undo.add(() => lock.release());
    return { ...(await startParts(options, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(options: StartOptions, undo: Undo): Promise<Omit<Embedded, 'stop'>> {
  const { env, progress } = options;
  const keyed = withLoopback(await withDevelopmentKeys(options.config));
  const { config: withOne, tencent } = await withTencent(keyed, undo);
  const { config, phone } = await withPhones(withOne, undo);
  const { logger, logFile } = await fileLogger(config, undo);
  options.prepareRuntime(logger);
  const temporal = await temporalServer({ ...options, config }, undo);
  progress(
    `Tencent    ${tencent === undefined ? config.TENCENT_CALL_API : `simulated at ${tencent.calls.url}`}`,
  );
  progress(`Phones     ${phone === undefined ? phonesOf(config) : `simulated at ${phone.url}`}`);
  progress(`Store      ${config.DATABASE_URL === undefined ? 'embedded PGlite' : 'PostgreSQL'}`);
  const service = await runService({
    role: 'serve',
    config,
    env,
    logger,
    stopping: options.stopping,
    folderIsLocked: true,
    embeddedAddress: temporal.embeddedAddress,
  });
  undo.add(() => service.stop());
  haveUsToldOfPhones(phone, service.apiUrl, config);
  progress(`API        ${service.apiUrl}`);
  if (tencent !== undefined) await haveUsCalledBack(config, service.apiUrl ?? '');
  return {
    config,
    service,
    logFile,
    uiUrl: temporal.uiUrl,
    temporalAddress: temporal.address,
    ...(tencent !== undefined && { tencent }),
    ...(phone !== undefined && { phone }),
  };
}

/** Where nothing is said about it, webhooks reach what runs on this machine: this is for trying things out. */
const withLoopback = (config: Config): Config =>
  config.WEBHOOK_ALLOWED_NETWORKS.length > 0
    ? config
    : Object.freeze({ ...config, WEBHOOK_ALLOWED_NETWORKS: ['127.0.0.0/8', '::1/128'] });

/** The terminal belongs to the story of the calls; logs go to a file. */
async function fileLogger(config: Config, undo: Undo) {
  await mkdir(config.SWITCHYARD_DIR, { recursive: true });
  const logFile = join(config.SWITCHYARD_DIR, 'switchyard.log');
  const destination = createWriteStream(logFile, { flags: 'a' });
  await once(destination, 'open');
  undo.add(() => new Promise((resolve) => destination.end(() => resolve(undefined))));
  return { logger: createLogger({ level: config.LOG_LEVEL, destination }), logFile };
}

interface Temporal {
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly embeddedAddress?: string;
}

async function temporalServer(
  { config, env, progress, stopping }: StartOptions,
  undo: Undo,
): Promise<Temporal> {
  if (config.TEMPORAL_ADDRESS !== undefined) {
    progress(`Temporal   ${config.TEMPORAL_ADDRESS}`);
    return { address: config.TEMPORAL_ADDRESS, uiUrl: config.TEMPORAL_UI_URL };
  }
  const cli = await unlessStopped(stopping, () =>
    findCli({ configured: config.TEMPORAL_CLI, env, progress }),
  );
  const server = await startEmbeddedServer({
    cli: cli.path,
    directory: config.SWITCHYARD_DIR,
    namespace: config.TEMPORAL_NAMESPACE,
    port: config.TEMPORAL_EMBEDDED_PORT,
    uiPort: config.TEMPORAL_EMBEDDED_UI_PORT,
    progress,
  });
  undo.add(() => server.stop());
  const { address, uiUrl, adopted } = server;
  progress(`Temporal   ${address}${adopted ? ' (was still running)' : ''}, UI ${uiUrl}`);
  return { address, uiUrl: config.TEMPORAL_UI_URL ?? uiUrl, embeddedAddress: address };
}
