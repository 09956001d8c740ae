import { setTimeout as pause } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import { createKeyring } from '../../src/keys/keyring.js';
import { StoreUnavailable } from '../../src/ports/reservations.js';
import { createCallHistory } from '../../src/store/call-history.js';
import { createCallReader } from '../../src/store/call-reader.js';
import type { Database } from '../../src/store/database.js';
import { openPglite } from '../../src/store/pglite.js';
import { openPostgres } from '../../src/store/postgres.js';
import { createRecords } from '../../src/store/records.js';
import { createReservations } from '../../src/store/reservations.js';
import { createRetention } from '../../src/store/retention.js';
import { createUserEvents } from '../../src/store/user-events.js';
import { createWebhookDeliveries } from '../../src/store/webhook-deliveries.js';
import { createWebhookEndpoints } from '../../src/store/webhook-endpoints.js';
import { emptyStore } from '../support/embedded-store.js';
import { startPostgres } from '../support/postgres.js';

type Row = Record<string, unknown>;

const KEYRING = createKeyring([{ id: 'test', key: Buffer.alloc(32, 7) }]);

/** The repositories of one database, and the tables behind them. */
export const repositories = (database: Database) => ({
  database,
  reservations: createReservations(database),
  records: createRecords(database),
  reader: createCallReader(database),
  history: createCallHistory(database),
  userEvents: createUserEvents(database),
  webhookEndpoints: createWebhookEndpoints(database, KEYRING),
  webhookDeliveries: createWebhookDeliveries(database, KEYRING),
  retention: createRetention(database),
  rows: async (query: SQL): Promise<Row[]> =>
    ((await database.run((queries) => queries.execute(query))) as { rows: Row[] }).rows,
});
export type Repositories = ReturnType<typeof repositories>;

/** Longer than other work keeps a busy machine from a transaction. */
const PATIENCE_MS = 60_000;
const AGAIN_AFTER_MS = 100;

/**
 * Asks again while a store that is there is too busy, for tests of something else than its bounds. A
 * transaction that was cut has left nothing behind.
 */
export function patient(database: Database): Database {
  const insist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (const until = performance.now() + PATIENCE_MS; ; await pause(AGAIN_AFTER_MS)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || performance.now() > until) throw error;
      }
    }
  };
  return {
    run: (work) => insist(() => database.run(work)),
    transaction: (work) => insist(() => database.transaction(work)),
    listen: (channel, onNews) => database.listen(channel, onNews),
    close: () => database.close(),
  };
}

export interface OpenedStore extends Repositories {
  remove(): Promise<void>;
}

/** Every behaviour of the store is shown on both. */
export const DATABASES = [
  { name: 'PGlite', open: openEmbedded },
  { name: 'PostgreSQL', open: openServer },
] as const;

export async function openEmbedded(): Promise<OpenedStore> {
  const { folder, remove } = await emptyStore();
  const database = patient(await openPglite(folder));
  return {
    ...repositories(database),
    async remove() {
      await database.close();
      await remove();
    },
  };
}

async function openServer(): Promise<OpenedStore> {
  const server = await startPostgres();
  const database = patient(await openPostgres(await server.createDatabase('calls')));
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
