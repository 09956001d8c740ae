import { startProgram } from '../programs/load-program.js';
import type { Stage } from '../stage.js';
import type { Contender } from './contender.js';

export const DBOS_TRANSACT = 'DBOS Transact';

/** The same flow on another durable engine, which keeps everything in PostgreSQL. */
export async function dbos(stage: Stage): Promise<Contender> {
  const databaseUrl = await stage.postgres.createDatabase('dbos_sys');
  const load = await startProgram('dbos.ts', { databaseUrl });
  return {
    name: DBOS_TRANSACT,
    load,
    parts: { process: load.pid, PostgreSQL: stage.postgresPid },
    holders: [load.pid],
    stop: () => load.end(),
  };
}
