import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { createBreaker } from './breaker.js';
import { BOUND_MS, type Database, type Queries } from './database.js';
import { asCallersSee, lostConnection, unavailable } from './failures.js';
import { migratePostgres } from './migrate.js';
import { listenOnPostgres } from './pg-listener.js';

const CONNECT_MS = 1_000;
/** Sooner than our own bound, so that a wait for a lock does not look like a database that hangs. */
const STATEMENT_MS = 1_200;

/**
 * A connection can die at any time, idle or in use. Its next query says so; without a listener the
 * event would end the process.
 */
const heardElsewhere = (): void => {};

function createPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'switchyard',
    connectionTimeoutMillis: CONNECT_MS,
    // The server's own bounds free the locks of a client that gave up or vanished.
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: BOUND_MS,
    keepAlive: true,
  });
  pool.on('error', heardElsewhere);
  pool.on('connect', (client) => client.on('error', heardElsewhere));
  return pool;
}

/** Lends a connection until the bound has passed; then it is cut, whatever it waits for. */
async function withConnection<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>) {
  const startedAt = performance.now();
  const client = await pool.connect().catch((error: unknown) => {
    throw unavailable(error);
  });
  let lent = true;
  const giveBack = (broken: boolean): void => {
    if (lent) client.release(broken);
    lent = false;
  };
  const cut = setTimeout(() => giveBack(true), startedAt + BOUND_MS - performance.now());
  try {
    const answer = await work(client);
    giveBack(false);
    return answer;
  } catch (error) {
    giveBack(lostConnection(error));
    throw asCallersSee(error);
  } finally {
    clearTimeout(cut);
  }
}

/** @throws StoreUnavailable when the server cannot be reached to prepare the tables. */
export async function openPostgres(url: string): Promise<Database> {
  await migratePostgres(url);
  const pool = createPool(url);
  const breaker = createBreaker();
  const lend = <T>(work: (queries: Queries) => Promise<T>) =>
    breaker.guard(() => withConnection(pool, (client) => work(drizzle({ client }))));
  return {
    run: lend,
    transaction: (work) => lend((queries) => queries.transaction(work)),
    listen: (channel, onNews) => listenOnPostgres(url, channel, onNews),
    close: () => pool.end(),
  };
}
