import { inject, onTestFinished } from 'vitest';
import { type Role, type RunningService, runService } from '../../src/bin/run-service.js';
import { type Client, createClient } from '../../src/client/create-client.js';
import { loadConfig } from '../../src/config.js';
import { installRuntime } from '../../src/engine/runtime-logger.js';
import { createLogger } from '../../src/observability/logger.js';
import { spareFirstStart } from './embedded-store.js';
import { insistent } from './insist.js';
import { freshNamespace } from './namespace.js';
import { scratchFolder } from './scratch.js';
import { AUTH, userToken } from './tokens.js';

const logger = createLogger({ level: 'silent' });
installRuntime(logger);

export interface StackOptions {
  readonly role?: Role;
  readonly temporalAddress?: string;
  readonly namespace?: string;
  /** Settings beside the ones a test needs. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Stack {
  readonly url: string;
  readonly namespace: string;
  readonly temporalAddress: string;
  as(userId: string): Promise<Client>;
  /** Repeats what was not answered. */
  insistently(userId: string): Promise<Client>;
  stop(): Promise<void>;
}

/** As `openStack`, in a folder of its own and ended with the running test. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stack = await openStack({
    ...options,
    env: { SWITCHYARD_DIR: await scratchFolder(), ...options.env },
  });
  onTestFinished(() => stack.stop());
  return stack;
}

/** The service as it is run in production, composed by the same code. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const temporalAddress = options.temporalAddress ?? inject('temporalAddress');
  const namespace = options.namespace ?? (await freshNamespace(temporalAddress));
  const env: NodeJS.ProcessEnv = {
    PORT: '0',
    AUTH_JWT_SECRET: AUTH.secret,
    TRTC_SDK_APP_ID: '1400000000',
    TRTC_SECRET_KEY: 'a key for tests',
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    SHUTDOWN_GRACE_SECONDS: '1',
    ...options.env,
  };
  if (env.SWITCHYARD_DIR !== undefined) await spareFirstStart(env.SWITCHYARD_DIR);
  const service: RunningService = await runService({
    role: options.role ?? 'serve',
    config: loadConfig(env),
    env,
    logger,
    stopping: new AbortController().signal,
  });
  const url = service.apiUrl ?? '';
  const as = async (userId: string) =>
    createClient({ baseUrl: url, token: await userToken(userId) });
  return {
    url,
    namespace,
    temporalAddress,
    as,
    insistently: async (userId) => insistent(await as(userId)),
    stop: () => service.stop(),
  };
}
