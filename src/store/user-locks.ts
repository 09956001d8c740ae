import { type SQL, sql } from 'drizzle-orm';
import { storable } from './columns.js';
import type { Queries } from './database.js';

/** Keeps these locks apart from any others in the database. */
const SEED = 5001;

/**
 * Until the transaction ends, no other create or undo that concerns one of these users runs.
 * A free line has no row that could be locked, hence advisory locks; they are taken in one order
 * everywhere, so that two transactions never wait for each other. Whoever reads in a later
 * statement sees what the former holder committed.
 */
export async function lockUsers(queries: Queries, userIds: readonly string[]): Promise<void> {
  await queries.execute(locksOf(userIds));
}

/** The locks as part of a statement, which sees what was committed before it began. */
export function locksOf(userIds: readonly string[]): SQL {
  const users = sql.join(
    userIds.map((userId) => sql`(${storable(userId)})`),
    sql`, `,
  );
  return sql`
    select pg_advisory_xact_lock(hash)
    from (
      select hashtextextended(user_id, ${SEED}) as hash
      from (values ${users}) as users (user_id)
      order by hash
    ) as hashes`;
}
