import { eq, sql } from 'drizzle-orm';
import type { Database, Queries } from './database.js';
import { webhookDeliveries, webhookEndpoints } from './schema.js';

/** Few enough for the bound of a transaction, their attempts included. */
const BATCH = 500;

/** @see WebhookDeliveries.tidy */
export const tidy = (database: Database): Promise<boolean> =>
  database.transaction(async (queries) => (await settled(queries)) || removed(queries));

/** Whoever else is at it takes others. */
async function settled(queries: Queries): Promise<boolean> {
  const { rows } = await rowsOf(
    queries,
    sql`
    update ${webhookDeliveries} as delivery set status = 'dead'
    from ${webhookEndpoints} as endpoint
    where endpoint.id = delivery.endpoint_id and delivery.epoch < endpoint.epoch
      and delivery.status = 'pending' and delivery.id in (
        select waiting.id from ${webhookEndpoints} as given_up cross join lateral (
          select id from ${webhookDeliveries}
          where endpoint_id = given_up.id and status = 'pending' and epoch < given_up.epoch
          limit ${BATCH} for update skip locked
        ) as waiting
        where given_up.epoch > 0 and not given_up.removed limit ${BATCH}
      )
    returning delivery.id`,
  );
  return rows.length === BATCH;
}

async function removed(queries: Queries): Promise<boolean> {
  const [endpoint] = await queries
    .select({ id: webhookEndpoints.id })
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.removed, true))
    .limit(1);
  if (endpoint === undefined) return false;
  const { rows } = await rowsOf(
    queries,
    sql`
    delete from ${webhookDeliveries} where id in (
      select id from ${webhookDeliveries} where endpoint_id = ${endpoint.id}
      limit ${BATCH} for update skip locked
    ) returning id`,
  );
  if (rows.length < BATCH) {
    await queries.delete(webhookEndpoints).where(eq(webhookEndpoints.id, endpoint.id));
  }
  return true;
}

const rowsOf = async (queries: Queries, query: ReturnType<typeof sql>) =>
  (await queries.execute(query)) as { rows: unknown[] };
