import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { PROJECT } from '../../support/built-product.js';
import type { Plan } from '../options.js';
import { HISTORY_SHARDS } from '../server-config.js';
import type { Stage } from '../stage.js';

const versionOf = (name: string): string => {
  const path = `${PROJECT}node_modules/${name}/package.json`;
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
};

const GIB = 2 ** 30;

export const describeMachine = (stage: Stage, { rounds, slotMs }: Plan): string[] => [
  ...describeServers(stage),
  `DBOS Transact ${versionOf('@dbos-inc/dbos-sdk')}`,
  `${rounds} rounds, ${slotMs / 1_000} s for each contender and load`,
];

/** What a reader needs to judge the figures, and nothing that names the machine. */
export function describeServers({ kind, temporal, postgresVersion }: Stage): string[] {
  const cores = cpus();
  const load = loadavg()[0] ?? 0;
  return [
    `${cores.length} cores (${cores[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / GIB)} GiB, Linux ${release().split('-')[0]}; load average ${load.toFixed(1)} when the run began`,
    `Node ${process.versions.node}, Temporal SDK ${versionOf('@temporalio/worker')}`,
    `Temporal server ${temporal.version}, ${storageOf(kind)}`,
    `PostgreSQL ${postgresVersion}, fsync and synchronous_commit on`,
  ];
}

function storageOf(kind: Stage['kind']): string {
  if (kind === 'dev') return 'dev server with a file database, flushed at each commit';
  if (kind === 'postgresql') return `${HISTORY_SHARDS} history shards, data in the same PostgreSQL`;
  return 'a server that ran already';
}
