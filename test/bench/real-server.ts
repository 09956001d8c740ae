import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { cacheFolder } from '../../src/engine/embedded/cache-folder.js';
import { runCommand } from '../../src/engine/embedded/run-command.js';
import { freePort } from '../support/free-port.js';
import type { PostgresServer } from '../support/postgres.js';
import { type RunningProgram, runProgram } from '../support/running-program.js';
import { serverConfig } from './server-config.js';

export const SERVER_VERSION = '1.32.0';

const MODULE = 'go.temporal.io/server';
const BUILD_LIMIT_MS = 20 * 60_000;
const SCHEMA_LIMIT_MS = 60_000;
const READY_LIMIT_MS = 60_000;

export interface RealServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** A Temporal server as one deploys it, that keeps its data in two databases of `postgres`. */
export async function startTemporalOnPostgres(postgres: PostgresServer): Promise<RealServer> {
  const bin = await serverBinaries();
  await postgres.createDatabase('temporal');
  await postgres.createDatabase('temporal_visibility');
  const databasePort = Number(new URL(postgres.url).port);
  await makeTables(join(bin, 'sql'), databasePort, 'temporal', 'temporal');
  await makeTables(join(bin, 'sql'), databasePort, 'temporal_visibility', 'visibility');
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-temporal-'));
  const port = await freePort();
  const { config, dynamicConfig } = await serverConfig({ port, databasePort, folder });
  await writeFile(join(folder, 'dynamic-config.yaml'), JSON.stringify(dynamicConfig));
  await writeFile(join(folder, 'config.yaml'), JSON.stringify(config));
  const file = join(folder, 'config.yaml');
  const running = await runProgram(
    [join(bin, 'server'), '--allow-no-auth', '--config-file', file, 'start'],
    { cwd: folder, env: process.env },
  );
  await untilListening(running, port);
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      await running.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Built by Go into the cache, once: about seven minutes on two cores. */
async function serverBinaries(): Promise<string> {
  const folder = join(cacheFolder(process.env), `temporal-server-${SERVER_VERSION}`);
  const isThere = await Promise.all(['server', 'sql'].map((name) => access(join(folder, name))))
    .then(() => true)
    .catch(() => false);
  if (isThere) return folder;
  await mkdir(folder, { recursive: true });
  process.stdout.write(`Building Temporal ${SERVER_VERSION}: about seven minutes, once\n`);
  const modules = ['cmd/server', 'cmd/tools/sql'].map(
    (path) => `${MODULE}/${path}@v${SERVER_VERSION}`,
  );
  await run('go', ['install', ...modules], BUILD_LIMIT_MS, { GOBIN: folder });
  return folder;
}

async function makeTables(
  sql: string,
  port: number,
  database: string,
  schema: string,
): Promise<void> {
  const to = ['--plugin', 'postgres12', '--ep', '127.0.0.1', '--port', String(port)];
  const as = ['--user', 'postgres', '--database', database];
  await run(sql, [...to, ...as, 'setup-schema', '--version', '0.0'], SCHEMA_LIMIT_MS);
  const name = `postgresql/v12/${schema}`;
  await run(sql, [...to, ...as, 'update-schema', '--schema-name', name], SCHEMA_LIMIT_MS);
}

async function run(
  command: string,
  args: readonly string[],
  timeoutMs: number,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const { ok, output } = await runCommand(command, args, {
    env: { ...process.env, ...env },
    timeoutMs,
  });
  if (!ok) throw new Error(`${command} ${args.at(-1)} failed: ${output}`);
}

async function untilListening(server: RunningProgram, port: number): Promise<void> {
  const until = Date.now() + READY_LIMIT_MS;
  for (;;) {
    try {
      const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
      await connection.close();
      return;
    } catch (error) {
      if (!server.runs()) throw new Error(`Temporal ended: ${server.stdout().slice(-2_000)}`);
      if (Date.now() > until) throw error;
    }
  }
}
