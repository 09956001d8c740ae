import {
  and,
  arrayContains,
  desc,
  eq,
  gte,
  lt,
  not,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { TOLD_TO_ONE } from '../call/recipients.js';
import type { OutwardEvent } from '../call/step.js';
import type {
  CallFilter,
  CallHistory,
  HistoryPosition,
  RecordedEvent,
} from '../ports/call-history.js';
import type { Database } from './database.js';
import { calls, events, qualitySamples } from './schema.js';

/** @see CallHistory */
export const createCallHistory = (database: Database): CallHistory => ({
  list: (filter, after, limit) =>
    database.run(async (queries) => {
      const rows = await queries
        .select({ state: calls.snapshot })
        .from(calls)
        .where(and(...conditions(filter), after && isOlder(after)))
        .orderBy(desc(calls.createdAt), desc(calls.id))
        .limit(limit);
      return rows.map(({ state }) => state);
    }),
  eventsOf: (callId, after, limit, userId) =>
    database.run(async (queries) => {
      const rows = await queries
        .select()
        .from(events)
        .where(
          and(
            eq(events.callId, callId),
            after && sql`(${events.version}, ${events.nth}) > (${after.version}, ${after.nth})`,
            userId === undefined ? undefined : isToldTo(userId),
          ),
        )
        .orderBy(events.version, events.nth)
        .limit(limit);
      return rows.map(recordedEvent);
    }),
  qualityOf: (callId) =>
    database.run((queries) =>
      queries
        .select({
          userId: qualitySamples.userId,
          terminalId: qualitySamples.terminalId,
          quality: qualitySamples.quality,
          at: qualitySamples.at,
        })
        .from(qualitySamples)
        .where(eq(qualitySamples.callId, callId))
        .orderBy(qualitySamples.userId, qualitySamples.terminalId),
    ),
});

function conditions(filter: CallFilter): (SQL | undefined)[] {
  const { parties = [], status, cause, channel, from, to, missed, missedBy } = filter;
  const isMissed =
    missedBy === undefined ? calls.missed : arrayContains(calls.missedBy, [missedBy]);
  return [
    ...parties.map((userId) =>
      or(eq(calls.callerId, userId), arrayContains(calls.calleeIds, [userId])),
    ),
    status && eq(calls.status, status),
    cause && eq(calls.cause, cause),
    channel && eq(calls.channel, channel),
    from === undefined ? undefined : gte(calls.createdAt, from),
    to === undefined ? undefined : lt(calls.createdAt, to),
    missed === undefined ? undefined : missed ? sql`${isMissed}` : not(sql`${isMissed}`),
  ];
}

const isOlder = ({ createdAt, callId }: HistoryPosition): SQL =>
  sql`(${calls.createdAt}, ${calls.id}) < (${createdAt}, ${callId})`;

const isToldTo = (userId: string) =>
  or(notInArray(events.type, [...TOLD_TO_ONE]), eq(events.userId, userId));

type EventRow = typeof events.$inferSelect;

export function recordedEvent(row: EventRow): RecordedEvent {
  const { type, version, at, userId, terminalId, why } = row;
  const event: OutwardEvent = {
    type,
    version,
    at,
    ...(userId !== null && { userId }),
    ...(terminalId !== null && { terminalId }),
    ...(why !== null && { why }),
  };
  return { id: row.eventId, event, state: row.snapshot };
}
