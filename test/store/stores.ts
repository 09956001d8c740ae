import { type SQL, sql } from 'drizzle-orm';
import { createCallReader } from '../../src/store/call-reader.js';
import type { Database } from '../../src/store/database.js';
import { IN_MEMORY, openPglite } from '../../src/store/pglite.js';
import { openPostgres } from '../../src/store/postgres.js';
import { createRecords } from '../../src/store/records.js';
import { createReservations } from '../../src/store/reservations.js';
import { startPostgres } from '../support/postgres.js';

type Row = Record<string, unknown>;

/** The repositories of one database, and the tables behind them. */
export const repositories = (database: Database) => ({
  database,
  reservations: createReservations(database),
  records: createRecords(database),
  reader: createCallReader(database),
  rows: async (query: SQL): Promise<Row[]> =>
    ((await database.run((queries) => queries.execute(query))) as { rows: Row[] }).rows,
});
export type Repositories = ReturnType<typeof repositories>;

export interface OpenedStore extends Repositories {
  remove(): Promise<void>;
}

/** Every behaviour of the store is shown on both. */
export const DATABASES = [
  { name: 'PGlite', open: openEmbedded },
  { name: 'PostgreSQL', open: openServer },
] as const;

async function openEmbedded(): Promise<OpenedStore> {
  const database = await openPglite(IN_MEMORY);
  return { ...repositories(database), remove: () => database.close() };
}

async function openServer(): Promise<OpenedStore> {
  const server = await startPostgres();
  const database = await openPostgres(await server.createDatabase('calls'));
  return {
    ...repositories(database),
    async remove() {
      await database.close();
      await server.remove();
    },
  };
}

/** Who holds a line, and for which call. */
export async function linesOf(
  { rows }: Repositories,
  ...userIds: string[]
): Promise<Record<string, number>> {
  const held = await rows(sql`
    select user_id, call_id from busy_lines
    where user_id in (${sql.join(userIds, sql`, `)}) order by user_id`);
  return Object.fromEntries(held.map((line) => [String(line.user_id), Number(line.call_id)]));
}
