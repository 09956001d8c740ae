import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { StoreUnavailable } from '../ports/reservations.js';
import { BOUND_MS, type Database, type Work } from './database.js';
import { asCallersSee } from './failures.js';
import { migratePglite } from './migrate.js';

export const IN_MEMORY = 'memory://';

/** Everything waits in one line here: whoever's turn comes too late is told so and does nothing. */
function withinBound<T>(work: Work<T>): Work<T> {
  const latest = performance.now() + BOUND_MS;
  return async (queries) => {
    if (performance.now() > latest) throw new StoreUnavailable('the store is too busy');
    return work(queries);
  };
}

const told = (error: unknown): never => {
  throw asCallersSee(error);
};

/** PostgreSQL in this process, kept in a folder that no other process may have open. */
export async function openPglite(directory: string): Promise<Database> {
  if (directory !== IN_MEMORY) await mkdir(directory, { recursive: true });
  const client = await PGlite.create(directory);
  const queries = drizzle({ client });
  await migratePglite(queries);
  const open = <T>(work: () => Promise<T>): Promise<T> => {
    if (client.closed) return Promise.reject(new StoreUnavailable('the store is closed'));
    return work().catch(told);
  };
  return {
    run: (work) => open(() => work(queries)),
    transaction: (work) => open(() => queries.transaction(withinBound(work))),
    listen(channel, onNews) {
      const listening = client.listen(channel, onNews);
      listening.then(
        () => onNews(undefined),
        () => undefined,
      );
      return async () => {
        const stop = await listening;
        if (!client.closed) await stop();
      };
    },
    close: () => client.close(),
  };
}
