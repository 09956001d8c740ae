import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { findCli } from '../../src/engine/embedded/find-cli.js';
import { prepareNamespace } from '../../src/engine/embedded/namespace.js';
import { serverArguments } from '../../src/engine/embedded/server-arguments.js';
import { freePort } from './free-port.js';

/** A server on which a workflow is to continue as new every sixty events. */
export const SHORT_RUNS = {
  'limit.historyCount.suggestContinueAsNew': 60,
  // A server slows down runs that follow each other within a second.
  'history.workflowIdReuseMinimalInterval': '1ms',
} as const;

export interface TestServerOptions {
  /** File that outlives the server; without one it lives in memory. */
  readonly database?: string;
  readonly namespace?: string;
  readonly dynamicConfig?: Readonly<Record<string, number | string | boolean>>;
  /** Of the environment in which a CLI is looked for. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface TestServer {
  readonly address: string;
  readonly port: number;
  /** Path of the CLI it was started from, for tests that drive calls by it. */
  readonly cli: string;
  /** SIGKILL, as a crash of the machine's server would be. */
  kill(): Promise<void>;
  /** Starts again on the same port; with a database nothing is forgotten. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 90_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

async function launch(
  cli: string,
  args: readonly string[],
  address: string,
  namespace: string,
): Promise<ChildProcess> {
  const child = spawn(cli, args, { stdio: 'ignore' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  try {
    await prepareNamespace(address, namespace, {
      timeoutMs: START_LIMIT_MS,
      over: () => child.exitCode !== null,
    });
    return child;
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
}

/** Another server may be quicker to take one of the ports that this one chose for its parts. */
async function launchInsistently(...server: Parameters<typeof launch>): Promise<ChildProcess> {
  for (let triesLeft = 2; ; triesLeft -= 1) {
    try {
      return await launch(...server);
    } catch (error) {
      if (triesLeft === 0) throw error;
    }
  }
}

/**
 * A dev server on loopback with the settings of the embedded one, ended with this process at the
 * latest. The first one on a machine may have to build the CLI; see `findCli`.
 * @throws Error that says what to install, within seconds, where no server can be had
 */
export async function temporalServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { database, namespace = 'default', env = process.env, dynamicConfig = {} } = options;
  const found = await findCli({
    configured: env.TEMPORAL_CLI || undefined,
    env,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const file = database === undefined ? {} : { database };
  const args = serverArguments({ port, namespace, dynamicConfig, ...file });
  const start = () => launchInsistently(found.path, args, address, namespace);
  let child = await start();
  return {
    address,
    port,
    cli: found.path,
    kill: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGKILL'),
    restart: async () => {
      await end(child, 'SIGKILL');
      child = await start();
    },
  };
}
