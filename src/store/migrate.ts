import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type { PgliteDatabase } from 'drizzle-orm/pglite';
import { migrate as migrateEmbedded } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';
import { unavailable } from './failures.js';

/** Any number, the same in every process of ours. */
const MIGRATION_LOCK = 5_001_001;
const CONNECT_MS = 5_000;
/** How long a process waits for another one that is migrating. */
const LOCK_MS = 60_000;

/** The compiled code runs from `dist`, the SQL stays where it is checked in. */
function migrationsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error('no package.json above the store');
    folder = dirname(folder);
  }
  return join(folder, 'src', 'store', 'migrations');
}

export const migratePglite = (database: PgliteDatabase): Promise<void> =>
  migrateEmbedded(database, { migrationsFolder: migrationsFolder() });

/**
 * Brings the tables up to date; of processes that start together one does it, the others wait.
 *
 * @throws StoreUnavailable when there is no server to connect to.
 */
export async function migratePostgres(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'switchyard migrations',
    connectionTimeoutMillis: CONNECT_MS,
    lock_timeout: LOCK_MS,
  });
  await client.connect().catch((error: unknown) => {
    throw unavailable(error);
  });
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(drizzle({ client }), { migrationsFolder: migrationsFolder() });
  } finally {
    await client.end();
  }
}
