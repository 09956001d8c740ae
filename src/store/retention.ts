import { and, eq, inArray, lt, ne, notExists } from 'drizzle-orm';
import type { Retention } from '../ports/retention.js';
import type { Database } from './database.js';
import { events, userEvents, webhookDeliveries } from './schema.js';

/** Few enough for the bound of a transaction. */
const BATCH = 500;

/** @see Retention */
export const createRetention = (database: Database): Retention => ({
  trim: (before) =>
    database.transaction(async (queries) => {
      const isPending = queries
        .select({ id: webhookDeliveries.id })
        .from(webhookDeliveries)
        .where(
          and(
            // No index begins with the event; one begins with its call.
            eq(webhookDeliveries.callId, events.callId),
            eq(webhookDeliveries.eventId, events.eventId),
            eq(webhookDeliveries.status, 'pending'),
          ),
        );
      const old = await queries
        .select({ id: events.eventId, callId: events.callId })
        .from(events)
        .where(and(lt(events.at, before), notExists(isPending)))
        .orderBy(events.at)
        .limit(BATCH);
      const ids = old.map(({ id }) => id);
      if (ids.length === 0) return false;
      await queries.delete(userEvents).where(inArray(userEvents.eventId, ids));
      await queries
        .delete(webhookDeliveries)
        .where(
          and(
            inArray(webhookDeliveries.callId, [...new Set(old.map(({ callId }) => callId))]),
            inArray(webhookDeliveries.eventId, ids),
            ne(webhookDeliveries.status, 'pending'),
          ),
        );
      await queries.delete(events).where(inArray(events.eventId, ids));
      return ids.length === BATCH;
    }),
});
