import { and, eq, sql } from 'drizzle-orm';
import { recipientsOf } from '../call/recipients.js';
import type { CallState } from '../call/state.js';
import type { OutwardEvent } from '../call/step.js';
import { eventId } from '../contract/ids.js';
import { storable } from './columns.js';
import type { Queries } from './database.js';
import { events, webhookDeliveries, webhookEndpoints } from './schema.js';

/** Each payload is one user who has news. */
export const EVENTS_CHANNEL = 'call_events';

interface Numbered {
  readonly event: OutwardEvent;
  readonly id: string;
  readonly nth: number;
}

/**
 * Appends what the log does not have yet, for each user and each endpoint that is told, and wakes
 * listeners. Answers the endpoints that are told something new. Where all of it is known, whoever wrote
 * it first may have died before anybody was woken: then those that still wait.
 */
export async function appendEvents(
  queries: Queries,
  state: CallState,
  told: readonly OutwardEvent[],
): Promise<string[]> {
  if (told.length === 0) return [];
  const numbered = numberWithinVersion(state.callId, told);
  const added = await queries
    .insert(events)
    .values(numbered.map((each) => ({ ...row(each), callId: state.callId, snapshot: state })))
    .onConflictDoNothing()
    .returning({ id: events.eventId });
  const newIds = new Set(added.map(({ id }) => id));
  const deliveries = numbered
    .filter(({ id }) => newIds.has(id))
    .flatMap(({ event, id }) => recipientsOf(state, event).map((userId) => ({ userId, id })));
  if (deliveries.length > 0) await deliver(queries, deliveries);
  return newIds.size === 0
    ? waitingEndpoints(queries, state.callId)
    : queueForEndpoints(queries, [...newIds]);
}

async function waitingEndpoints(queries: Queries, callId: number): Promise<string[]> {
  const rows = await queries
    .selectDistinct({ id: webhookDeliveries.endpointId })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.callId, callId), eq(webhookDeliveries.status, 'pending')));
  return rows.map(({ id }) => id);
}

/** In one statement, so that it costs as little as can be where there is no endpoint. */
async function queueForEndpoints(queries: Queries, newIds: readonly string[]): Promise<string[]> {
  const now = Date.now();
  const { rows } = (await queries.execute(sql`
    insert into ${webhookDeliveries}
      (endpoint_id, event_id, call_id, version, nth, type, status, created_at, since, due_at,
      epoch)
    select endpoint.id, event.event_id, event.call_id, event.version, event.nth, event.type,
      'pending', ${now}, ${now}, ${now}, endpoint.epoch
    from ${webhookEndpoints} as endpoint, ${events} as event
    where endpoint.status = 'enabled'
      and (endpoint.event_types is null or event.type = any (endpoint.event_types))
      and event.event_id in ${newIds}
    on conflict do nothing
    returning endpoint_id`)) as { rows: { endpoint_id: string }[] };
  return [...new Set(rows.map(({ endpoint_id }) => endpoint_id))];
}

/** All events of a version are written together, so their order in the list names them. */
function numberWithinVersion(callId: number, told: readonly OutwardEvent[]): Numbered[] {
  const seen = new Map<number, number>();
  return told.map((event) => {
    const nth = seen.get(event.version) ?? 0;
    seen.set(event.version, nth + 1);
    return { event, nth, id: eventId(callId, event.version, nth) };
  });
}

const row = ({ event, id, nth }: Numbered) => ({
  eventId: id,
  version: event.version,
  nth,
  type: event.type,
  at: event.at,
  userId: event.userId ?? null,
  terminalId: event.terminalId ?? null,
  why: event.why ?? null,
});

interface Delivery {
  readonly userId: string;
  readonly id: string;
}

/**
 * The lock on a user's cursor lasts until the commit: a later number is never visible before an
 * earlier one, so a reader that asks for what follows its last number misses nothing. Cursors are
 * locked in the order of user ids, so that two writes never wait for each other. One payload per
 * user: a list of many would not fit the 8000 bytes of a payload.
 */
async function deliver(queries: Queries, deliveries: readonly Delivery[]): Promise<void> {
  const news = sql.join(
    deliveries.map(({ userId, id }, place) => sql`(${storable(userId)}, ${id}, ${place}::int)`),
    sql`, `,
  );
  await queries.execute(sql`
    with news as (
      select *, row_number() over (partition by user_id order by place) as nth,
        count(*) over (partition by user_id) as of_user
      from (values ${news}) as told (user_id, event_id, place)
    ), cursors as (
      insert into user_cursors (user_id, last_seq)
      select user_id, of_user from news where nth = 1 order by user_id
      on conflict (user_id) do update set last_seq = user_cursors.last_seq + excluded.last_seq
      returning user_id, last_seq
    ), numbered as (
      insert into user_events (user_id, seq, event_id)
      select user_id, last_seq - of_user + nth, event_id from news join cursors using (user_id)
    )
    select pg_notify(${EVENTS_CHANNEL}, user_id) from cursors`);
}
