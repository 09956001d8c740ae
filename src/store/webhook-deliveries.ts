import { and, asc, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Keyring } from '../ports/keyring.js';
import type {
  DeliveryFilter,
  DeliveryOutcome,
  DeliveryQueue,
  DeliveryStatus,
  NextDelivery,
  WebhookAttempt,
  WebhookDeliveries,
  WebhookDelivery,
} from '../ports/webhooks.js';
import { recordedEvent } from './call-history.js';
import type { Database, Queries } from './database.js';
import { tidy } from './given-up.js';
import { events, webhookAttempts, webhookDeliveries, webhookEndpoints } from './schema.js';
import { DISABLED, secretsIn } from './webhook-endpoints.js';

const deliveries = webhookDeliveries;
type Row = typeof deliveries.$inferSelect;

/** @see WebhookDeliveries */
export const createWebhookDeliveries = (
  database: Database,
  keyring: Keyring,
): WebhookDeliveries => ({
  next: (queue, now) => database.transaction((queries) => next(queries, keyring, queue, now)),
  settle: (queue, id, attempt, outcome) =>
    database.transaction(async (queries) => {
      if (outcome.kind !== 'wait') {
        await queries.insert(webhookAttempts).values(attemptRow(id, attempt));
      }
      return settle(queries, queue, id, outcome);
    }),
  list: (filter, before, limit) =>
    database.run(async (queries) => {
      const rows = await queries
        .select({ delivery: deliveries, status: shownStatus })
        .from(deliveries)
        .innerJoin(webhookEndpoints, eq(webhookEndpoints.id, deliveries.endpointId))
        .where(
          and(
            eq(webhookEndpoints.removed, false),
            ...conditions(filter),
            before === undefined ? undefined : lt(deliveries.id, before),
          ),
        )
        .orderBy(desc(deliveries.id))
        .limit(limit);
      return withAttempts(
        queries,
        rows.map(({ delivery, status }) => ({ ...delivery, status })),
      );
    }),
  again: (id, now) => database.transaction((queries) => again(queries, id, now)),
  overdue: (before, limit) => database.run((queries) => overdue(queries, before, limit)),
  tidy: () => tidy(database),
});

/** What is given up is dead for everybody before `tidy` comes to it. */
const shownStatus = sql<DeliveryStatus>`case
  when ${deliveries.status} = 'pending' and ${deliveries.epoch} < ${webhookEndpoints.epoch}
  then 'dead' else ${deliveries.status} end`;

const isPendingIn = ({ callId, endpointId }: DeliveryQueue): SQL | undefined =>
  and(
    eq(deliveries.callId, callId),
    eq(deliveries.endpointId, endpointId),
    eq(deliveries.status, 'pending'),
  );

async function next(
  queries: Queries,
  keyring: Keyring,
  queue: DeliveryQueue,
  now: number,
): Promise<NextDelivery> {
  const [endpoint] = await queries
    .select()
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.id, queue.endpointId));
  if (endpoint === undefined || endpoint.status === 'disabled') return { kind: 'none' };
  const [first] = await queries
    .select({ delivery: deliveries, row: events })
    .from(deliveries)
    .innerJoin(events, eq(events.eventId, deliveries.eventId))
    .where(and(isPendingIn(queue), eq(deliveries.epoch, endpoint.epoch)))
    .orderBy(asc(deliveries.version), asc(deliveries.nth))
    .limit(1);
  if (first === undefined) return { kind: 'none' };
  const { id, tried, since, dueAt } = first.delivery;
  if (dueAt > now) {
    await postpone(queries, queue, dueAt);
    return { kind: 'wait', until: dueAt };
  }
  const secrets = secretsIn(endpoint, keyring, now);
  const event = recordedEvent(first.row);
  return { kind: 'due', delivery: { id, tried, since, url: endpoint.url, secrets, event } };
}

/** A call has several to tell: so many are read that those of a page of calls are among them. */
const EVENTS_PER_QUEUE = 5;

async function overdue(queries: Queries, before: number, limit: number): Promise<DeliveryQueue[]> {
  const rows = await queries
    .select({ callId: deliveries.callId, endpointId: deliveries.endpointId })
    .from(deliveries)
    .innerJoin(webhookEndpoints, eq(webhookEndpoints.id, deliveries.endpointId))
    .where(
      and(
        eq(deliveries.status, 'pending'),
        lt(deliveries.dueAt, before),
        eq(deliveries.epoch, webhookEndpoints.epoch),
      ),
    )
    .orderBy(asc(deliveries.dueAt))
    .limit(limit * EVENTS_PER_QUEUE);
  const queues = new Map(rows.map((row) => [`${row.callId} ${row.endpointId}`, row]));
  return [...queues.values()].slice(0, limit);
}

/** Who waits for an earlier one is not overdue: the sweep shall not wake anybody for it. */
async function postpone(queries: Queries, queue: DeliveryQueue, until: number): Promise<boolean> {
  const rows = await queries
    .update(deliveries)
    .set({ dueAt: until })
    .where(and(isPendingIn(queue), lt(deliveries.dueAt, until)))
    .returning({ id: deliveries.id });
  return rows.length > 0;
}

async function settle(
  queries: Queries,
  queue: DeliveryQueue,
  id: number,
  outcome: DeliveryOutcome,
): Promise<boolean> {
  const set = async (change: Partial<Pick<Row, 'status' | 'dueAt'>>): Promise<boolean> => {
    const rows = await queries
      .update(deliveries)
      .set({ tried: sql`${deliveries.tried} + 1`, ...change })
      .where(and(eq(deliveries.id, id), eq(deliveries.status, 'pending')))
      .returning({ id: deliveries.id });
    return rows.length > 0;
  };
  switch (outcome.kind) {
    case 'wait':
      return postpone(queries, queue, outcome.at);
    case 'retry': {
      const isSet = await set({ dueAt: outcome.at });
      await postpone(queries, queue, outcome.at);
      return isSet;
    }
    case 'delivered':
    case 'dead':
      return set({ status: outcome.kind });
    case 'gone':
      await set({ status: 'dead' });
      return disable(queries, queue.endpointId);
  }
}

async function disable(queries: Queries, endpointId: string): Promise<boolean> {
  const rows = await queries
    .update(webhookEndpoints)
    .set({ ...DISABLED, disabledBecause: 'gone' })
    .where(and(eq(webhookEndpoints.id, endpointId), eq(webhookEndpoints.status, 'enabled')))
    .returning({ id: webhookEndpoints.id });
  return rows.length > 0;
}

async function again(queries: Queries, id: number, now: number) {
  const [known] = await queries
    .select({ status: webhookEndpoints.status, epoch: webhookEndpoints.epoch })
    .from(deliveries)
    .innerJoin(webhookEndpoints, eq(webhookEndpoints.id, deliveries.endpointId))
    .where(and(eq(deliveries.id, id), eq(webhookEndpoints.removed, false)));
  if (known === undefined) return undefined;
  if (known.status === 'disabled') return 'disabled';
  const rows = await queries
    .update(deliveries)
    .set({ status: 'pending', since: now, tried: 0, dueAt: now, epoch: known.epoch })
    .where(eq(deliveries.id, id))
    .returning();
  return (await withAttempts(queries, rows))[0];
}

const conditions = ({ endpointId, callId, status }: DeliveryFilter): (SQL | undefined)[] => [
  endpointId === undefined ? undefined : eq(deliveries.endpointId, endpointId),
  callId === undefined ? undefined : eq(deliveries.callId, callId),
  status === undefined ? undefined : sql`${shownStatus} = ${status}`,
];

async function withAttempts(queries: Queries, rows: readonly Row[]): Promise<WebhookDelivery[]> {
  if (rows.length === 0) return [];
  const attempts = await queries
    .select()
    .from(webhookAttempts)
    .where(
      inArray(
        webhookAttempts.deliveryId,
        rows.map(({ id }) => id),
      ),
    )
    .orderBy(asc(webhookAttempts.id));
  return rows.map((row) => ({
    id: row.id,
    callId: row.callId,
    endpointId: row.endpointId,
    eventId: row.eventId,
    type: row.type,
    version: row.version,
    status: row.status,
    createdAt: row.createdAt,
    dueAt: row.dueAt,
    attempts: attempts.filter(({ deliveryId }) => deliveryId === row.id).map(attemptOf),
  }));
}

const attemptRow = (deliveryId: number, attempt: WebhookAttempt) => ({
  deliveryId,
  at: attempt.at,
  durationMs: attempt.durationMs,
  httpStatus: attempt.httpStatus ?? null,
  error: attempt.error ?? null,
  excerpt: attempt.excerpt,
});

function attemptOf(row: typeof webhookAttempts.$inferSelect): WebhookAttempt {
  const { at, durationMs, httpStatus, error, excerpt } = row;
  return {
    at,
    durationMs,
    excerpt,
    ...(httpStatus !== null && { httpStatus }),
    ...(error !== null && { error }),
  };
}
