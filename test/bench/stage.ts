import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { freshNamespace } from '../support/namespace.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { temporalServer } from '../support/temporal-server.js';
import { listenerOn } from './figures/processes.js';
import { startTemporalOnPostgres } from './real-server.js';

/** As a deployment has it: an answered commit is on the disk. */
const POSTGRES_SETTINGS = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'shared_buffers=256MB',
  'max_connections=200',
];

export type TemporalKind = 'dev' | 'postgresql' | { readonly address: string };

export interface TemporalOnStage {
  readonly address: string;
  /** Absent where it runs on another machine. */
  readonly pid?: number;
  readonly version: string;
  stop(): Promise<void>;
}

/** The servers that all contenders share. */
export interface Stage {
  readonly kind: TemporalKind;
  /** For files of this run. */
  readonly folder: string;
  readonly temporal: TemporalOnStage;
  readonly postgres: PostgresServer;
  readonly postgresPid: number;
  readonly postgresVersion: string;
  end(): Promise<void>;
}

export async function setStage(kind: TemporalKind): Promise<Stage> {
  const postgres = await startPostgres(POSTGRES_SETTINGS);
  const temporal = await startTemporal(kind, postgres);
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
  return {
    kind,
    folder,
    temporal,
    postgres,
    postgresPid: pidOn(postgres.url) ?? 0,
    postgresVersion: await versionOf(postgres.url),
    async end() {
      await temporal.stop();
      await postgres.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startTemporal(
  kind: TemporalKind,
  postgres: PostgresServer,
): Promise<TemporalOnStage> {
  if (kind === 'dev') return devServer();
  if (kind === 'postgresql') {
    const server = await startTemporalOnPostgres(postgres);
    return describe(server.address, () => server.stop());
  }
  return describe(kind.address, async () => undefined);
}

/** With a file that is flushed at every commit, as `switchyard start` runs it. */
export async function devServer(): Promise<TemporalOnStage> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
  const server = await temporalServer({ database: join(folder, 'temporal.db') });
  return describe(server.address, async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
}

async function describe(address: string, stop: () => Promise<void>): Promise<TemporalOnStage> {
  const connection = await Connection.connect({ address });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  await connection.close();
  const pid = pidOn(`temporal://${address}`);
  return { address, version: serverVersion ?? '', stop, ...(pid !== undefined && { pid }) };
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return rows[0]?.server_version ?? '';
}

function pidOn(url: string): number | undefined {
  const { hostname, port } = new URL(url);
  return /^(127\.|localhost$)/.test(hostname) ? listenerOn(Number(port)) : undefined;
}

const USABLE_MS = 60_000;

/** A namespace of a contender's own, once the server lets workflows start in it. */
export async function namespaceOn(address: string): Promise<string> {
  const namespace = await freshNamespace(address);
  const connection = await Connection.connect({ address });
  const until = Date.now() + USABLE_MS;
  try {
    for (;;) {
      try {
        await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
        return namespace;
      } catch (error) {
        if (Date.now() > until) throw error;
        await sleep(250);
      }
    }
  } finally {
    await connection.close();
  }
}
