import { and, asc, eq, sql } from 'drizzle-orm';
import type { Keyring } from '../ports/keyring.js';
import type { EndpointChange, WebhookEndpoint, WebhookEndpoints } from '../ports/webhooks.js';
import type { Database, Queries } from './database.js';
import { webhookEndpoints } from './schema.js';
import type { SealedColumn } from './sealed-column.js';

type Row = typeof webhookEndpoints.$inferSelect;

/** Where a secret belongs: sealed for one endpoint, it opens for no other. */
const place = (id: string): string => `webhook_endpoints.secret:${id}`;

/** A rotation moves what is in the first to the second. */
export const WEBHOOK_SECRETS: readonly SealedColumn[] = [
  webhookEndpoints.secret,
  webhookEndpoints.formerSecret,
].map((column) => ({ table: webhookEndpoints, key: webhookEndpoints.id, column, place }));

/** @see WebhookEndpoints */
export function createWebhookEndpoints(database: Database, keyring: Keyring): WebhookEndpoints {
  const open = (sealed: string, id: string) => keyring.open(sealed, place(id));
  return {
    create: (endpoint, secret) =>
      database.run(async (queries) => {
        const { id, url, eventTypes, status, createdAt, updatedAt } = endpoint;
        const created = await queries
          .insert(webhookEndpoints)
          .values({
            id,
            url,
            eventTypes: eventTypes === undefined ? null : [...eventTypes],
            status,
            secret: keyring.seal(secret, place(id)),
            createdAt,
            updatedAt,
          })
          .onConflictDoNothing({ target: webhookEndpoints.url, where: sql.raw('not removed') })
          .returning({ id: webhookEndpoints.id });
        return created.length > 0;
      }),
    list: () =>
      database.run(async (queries) => {
        const rows = await queries
          .select()
          .from(webhookEndpoints)
          .where(isThere)
          .orderBy(asc(webhookEndpoints.createdAt), asc(webhookEndpoints.id));
        return rows.map(endpointOf);
      }),
    find: (id) =>
      database.run(async (queries) => {
        const row = await find(queries, id);
        return row && endpointOf(row);
      }),
    change: (id, change, now) => database.transaction((queries) => apply(queries, id, change, now)),
    remove: (id) =>
      database.run(async (queries) => {
        const removed = await queries
          .update(webhookEndpoints)
          .set({ ...DISABLED, removed: true })
          .where(and(eq(webhookEndpoints.id, id), isThere))
          .returning({ id: webhookEndpoints.id });
        return removed.length > 0;
      }),
    rotate: (id, { secret, now, formerUntil }) =>
      database.transaction(async (queries) => {
        const known = await find(queries, id, true);
        if (known === undefined) return undefined;
        const isUnderWay =
          (known.formerSecretUntil ?? 0) > now && opened(known.secret, id, keyring).length > 0;
        const [row] = await queries
          .update(webhookEndpoints)
          .set(
            isUnderWay
              ? { formerSecretUntil: Math.min(known.formerSecretUntil ?? now, formerUntil) }
              : {
                  secret: keyring.seal(secret, place(id)),
                  formerSecret: known.secret,
                  formerSecretUntil: formerUntil,
                  updatedAt: now,
                },
          )
          .where(eq(webhookEndpoints.id, id))
          .returning();
        return row && { endpoint: endpointOf(row), secret: open(row.secret, id) };
      }),
    secretsOf: (id, now) =>
      database.run(async (queries) => {
        const row = await find(queries, id);
        return row === undefined ? [] : secretsIn(row, keyring, now);
      }),
  };
}

const isThere = eq(webhookEndpoints.removed, false);

/**
 * What waits for an endpoint that is disabled is not sent when it is enabled again, unasked. That may be
 * a day of it: only this row is changed at once, and the rest is `tidy`'s.
 */
export const DISABLED = {
  status: 'disabled' as const,
  epoch: sql`${webhookEndpoints.epoch} + 1`,
};

const find = async (queries: Queries, id: string, lock = false): Promise<Row | undefined> => {
  const query = queries
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), isThere));
  const [row] = await (lock ? query.for('update') : query);
  return row;
};

/** Those that open: with one whose key is gone nothing can be signed. */
export function secretsIn(row: Row, keyring: Keyring, now: number): string[] {
  const { id, secret, formerSecret, formerSecretUntil } = row;
  const former = formerSecret !== null && (formerSecretUntil ?? 0) > now ? [formerSecret] : [];
  return [secret, ...former].flatMap((sealed) => opened(sealed, id, keyring));
}

function opened(sealed: string, id: string, keyring: Keyring): string[] {
  try {
    return [keyring.open(sealed, place(id))];
  } catch {
    return [];
  }
}

async function apply(queries: Queries, id: string, change: EndpointChange, now: number) {
  const known = await find(queries, id, true);
  if (known === undefined) return undefined;
  const { url = known.url, status = known.status, eventTypes } = change;
  const [taken] = await queries
    .select({ id: webhookEndpoints.id })
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.url, url), isThere));
  if (taken !== undefined && taken.id !== id) return 'url-taken';
  const isDisabledNow = status === 'disabled' && known.status === 'enabled';
  const [row] = await queries
    .update(webhookEndpoints)
    .set({
      url,
      status,
      ...(eventTypes !== undefined && { eventTypes: eventTypes === null ? null : [...eventTypes] }),
      ...(isDisabledNow && { ...DISABLED, disabledBecause: 'asked' as const }),
      ...(status === 'enabled' && { disabledBecause: null }),
      updatedAt: now,
    })
    .where(eq(webhookEndpoints.id, id))
    .returning();
  return row && endpointOf(row);
}

function endpointOf(row: Row): WebhookEndpoint {
  const { id, url, eventTypes, status, disabledBecause, formerSecretUntil } = row;
  return {
    id,
    url,
    ...(eventTypes !== null && { eventTypes }),
    status,
    ...(disabledBecause !== null && { disabledBecause }),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    ...(formerSecretUntil !== null && { formerSecretUntil }),
  };
}
