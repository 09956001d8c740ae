import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, open, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcess, type KnownProcess } from './end-process.js';
import { prepareNamespace } from './namespace.js';
import { claimPort } from './ports.js';
import { serverArguments } from './server-arguments.js';
import {
  fingerprintOf,
  launchArguments,
  leftoverServer,
  type RecordedServer,
} from './server-record.js';

export interface EmbeddedServerOptions {
  /** Path of a Temporal CLI. */
  readonly cli: string;
  /** The data folder; the caller holds its lock. */
  readonly directory: string;
  readonly namespace: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly uiPort: number;
  readonly progress: (line: string) => void;
}

export interface EmbeddedServer {
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  /** Whether it was left running by a process that was killed. */
  readonly adopted: boolean;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const START_TRIES = 3;
const ADOPT_LIMIT_MS = 3_000;
const STOP_GRACE_MS = 10_000;
/** What does not answer is given less time to end in good order. */
const LEFTOVER_GRACE_MS = 3_000;

type Files = ReturnType<typeof filesIn>;
type Running = KnownProcess & RecordedServer;

const filesIn = (directory: string) => ({
  database: join(directory, 'temporal.db'),
  ready: join(directory, 'temporal.ready'),
  record: join(directory, 'temporal.pid'),
  log: join(directory, 'temporal.log'),
});

const addressOf = ({ port }: RecordedServer): string => `127.0.0.1:${port}`;

function handleOf(running: Running, files: Files, adopted: boolean): EmbeddedServer {
  return {
    address: addressOf(running),
    uiUrl: `http://127.0.0.1:${running.uiPort}`,
    pid: running.pid,
    adopted,
    stop: async () => {
      await endProcess(running, STOP_GRACE_MS);
      await rm(files.record, { force: true });
    },
  };
}

function commandOf(options: EmbeddedServerOptions, files: Files, ports: [number, number]) {
  const [port, uiPort] = ports;
  const { cli, namespace } = options;
  return [cli, ...serverArguments({ port, uiPort, namespace, database: files.database })];
}

async function adopt(
  options: EmbeddedServerOptions,
  files: Files,
  fingerprint: string,
): Promise<Running | undefined> {
  const leftover = await leftoverServer(files.record);
  if (leftover === undefined) return undefined;
  const fits = (wanted: number, actual: number) => wanted === 0 || wanted === actual;
  const wanted =
    leftover.fingerprint === fingerprint &&
    fits(options.port, leftover.port) &&
    fits(options.uiPort, leftover.uiPort);
  if (wanted) {
    const healthy = await prepareNamespace(addressOf(leftover), options.namespace, {
      timeoutMs: ADOPT_LIMIT_MS,
    }).then(
      () => true,
      () => false,
    );
    if (healthy) return leftover;
  }
  options.progress(`Ending a leftover Temporal server (process ${leftover.pid})`);
  await endProcess(leftover, LEFTOVER_GRACE_MS);
  return undefined;
}

/** A database whose first start never finished may have half a schema, and holds nothing yet. */
async function dropUnfinishedDatabase(files: Files): Promise<void> {
  const finished = await access(files.ready).then(
    () => true,
    () => false,
  );
  if (finished) return;
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    await rm(`${files.database}${suffix}`, { force: true });
  }
}

async function launch(
  files: Files,
  server: RecordedServer,
  command: readonly string[],
): Promise<ChildProcess> {
  const log = await open(files.log, 'a');
  try {
    // A group of its own: Ctrl-C in a terminal must not end it before the calls are drained.
    const child = spawn('/bin/sh', launchArguments(files.record, server, command), {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn');
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

async function failureOf(files: Files, child: ChildProcess, cause: unknown): Promise<Error> {
  const log = await readFile(files.log, 'utf8').catch(() => '');
  const lastLine = log.trim().split('\n').at(-1) ?? '';
  const what = hasEnded(child)
    ? `ended at once (${lastLine.trim().slice(0, 300)})`
    : `did not answer within ${START_LIMIT_MS / 1000} s`;
  return new Error(`The Temporal server ${what}: see ${files.log}`, { cause });
}

async function tryToStart(
  options: EmbeddedServerOptions,
  files: Files,
  server: RecordedServer,
): Promise<Running | { readonly failure: Error; readonly again: boolean }> {
  await dropUnfinishedDatabase(files);
  const command = commandOf(options, files, [server.port, server.uiPort]);
  const child = await launch(files, server, command);
  try {
    await prepareNamespace(addressOf(server), options.namespace, {
      timeoutMs: START_LIMIT_MS,
      over: () => hasEnded(child),
    });
    const running = await leftoverServer(files.record);
    if (running?.pid !== child.pid || running === undefined) throw new Error('it is not ours');
    return running;
  } catch (error) {
    const failure = await failureOf(files, child, error);
    const again = hasEnded(child);
    child.kill('SIGKILL');
    return { failure, again };
  }
}

/**
 * The server chooses the ports between its own parts without holding them, and ends at once if
 * another program was quicker: hence more than one try.
 */
async function startAnew(
  options: EmbeddedServerOptions,
  files: Files,
  fingerprint: string,
): Promise<Running> {
  const port = await claimPort(options.port, 'TEMPORAL_EMBEDDED_PORT');
  const uiPort = await claimPort(options.uiPort, 'TEMPORAL_EMBEDDED_UI_PORT');
  for (let triesLeft = START_TRIES - 1; ; triesLeft -= 1) {
    const outcome = await tryToStart(options, files, { port, uiPort, fingerprint });
    if (!('failure' in outcome)) return outcome;
    if (!outcome.again || triesLeft === 0) throw outcome.failure;
  }
}

/**
 * Starts the Temporal server of a data folder, or takes over the one a killed process left running
 * on it: two servers on one database would destroy it.
 * @throws Error with one line that says what to change
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  await mkdir(options.directory, { recursive: true });
  const files = filesIn(await realpath(options.directory));
  const fingerprint = fingerprintOf(commandOf(options, files, [0, 0]));
  const adopted = await adopt(options, files, fingerprint);
  const running = adopted ?? (await startAnew(options, files, fingerprint));
  await writeFile(files.ready, '');
  return handleOf(running, files, adopted !== undefined);
}
