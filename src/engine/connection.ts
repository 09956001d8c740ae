import { setTimeout as sleep } from 'node:timers/promises';
import { Client, isGrpcServiceError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type NativeConnectionOptions, TransportError } from '@temporalio/worker';

export interface ConnectOptions {
  /** TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS… as envconfig reads them. */
  readonly env: NodeJS.ProcessEnv;
  /** Of a server of our own, for which every setting but the namespace is left aside. */
  readonly embeddedAddress?: string;
  /** How long to wait for a server that does not answer yet. */
  readonly timeoutMs?: number;
}

export interface EngineConnection {
  readonly address: string;
  readonly namespace: string;
  /** One for client and worker: only then can a start be handed to the worker at once. */
  readonly connection: NativeConnection;
  readonly client: Client;
}

interface Target {
  readonly namespace: string;
  readonly options: NativeConnectionOptions & { readonly address: string };
}

const DEFAULT_TIMEOUT_MS = 20_000;
const RETRY_EVERY_MS = 250;
const NOT_FOUND = 5;

const isLoopback = (address: string): boolean => /^(localhost|127\.|\[::1\])/.test(address);

/** Unlike envconfig, an `.env` file means "not set" when it leaves a value blank. */
const withoutBlanks = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );

function targetOf({ env, embeddedAddress }: ConnectOptions): Target {
  const overrideEnvVars = withoutBlanks(env);
  if (embeddedAddress !== undefined) {
    const namespace = overrideEnvVars.TEMPORAL_NAMESPACE ?? 'default';
    return { namespace, options: { address: embeddedAddress, grpcCompression: { codec: 'none' } } };
  }
  const { namespace, connectionOptions } = loadClientConnectConfig({ overrideEnvVars });
  const address = connectionOptions.address ?? 'localhost:7233';
  return {
    namespace: namespace ?? 'default',
    options: {
      ...connectionOptions,
      address,
      // On one machine gzip costs more time than the bytes it saves.
      ...(isLoopback(address) ? { grpcCompression: { codec: 'none' as const } } : {}),
    },
  };
}

async function open({ options, namespace }: Target): Promise<NativeConnection> {
  const connection = await NativeConnection.connect(options);
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A mistake in the settings is not mended by trying again. */
function mistakeIn({ options, namespace }: Target, error: unknown): Error | undefined {
  if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) {
    return new Error(
      `Temporal at ${options.address} has no namespace "${namespace}": create it or set TEMPORAL_NAMESPACE`,
    );
  }
  if (error instanceof TransportError || isGrpcServiceError(error)) return undefined;
  return new Error(`TEMPORAL_ADDRESS=${options.address} cannot be used`, { cause: error });
}

async function openWithin(target: Target, timeoutMs: number): Promise<NativeConnection> {
  const until = Date.now() + timeoutMs;
  let last: unknown = new Error('no answer');
  while (Date.now() < until) {
    const late = new AbortController();
    // Core's requests know no deadline, so a server that accepts and stays silent is given up here.
    const silence = sleep(until - Date.now(), undefined, { signal: late.signal });
    try {
      const connection = await Promise.race([open(target), silence]);
      if (connection !== undefined) return connection;
    } catch (error) {
      const mistake = mistakeIn(target, error);
      if (mistake !== undefined) throw mistake;
      last = error;
      await sleep(RETRY_EVERY_MS);
    } finally {
      silence.catch(() => undefined);
      late.abort();
    }
  }
  const reason = last instanceof Error ? last.message : String(last);
  throw new Error(
    `Temporal at ${target.options.address} cannot be reached within ${timeoutMs / 1000} s (${reason}): check TEMPORAL_ADDRESS`,
    { cause: last },
  );
}

/** @throws Error in one line: not reachable in time, no such namespace, or unusable settings. */
export async function connect(options: ConnectOptions): Promise<EngineConnection> {
  const target = targetOf(options);
  const { namespace } = target;
  const connection = await openWithin(target, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const client = new Client({ connection, namespace });
  return { address: target.options.address, namespace, connection, client };
}
