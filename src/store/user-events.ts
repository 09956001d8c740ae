import { and, asc, eq, gt, inArray, min } from 'drizzle-orm';
import pLimit from 'p-limit';
import type { UserEvents } from '../ports/user-events.js';
import { recordedEvent } from './call-history.js';
import { storable } from './columns.js';
import type { Database } from './database.js';
import { EVENTS_CHANNEL } from './event-log.js';
import { events, userCursors, userEvents } from './schema.js';

/** Streams that all wake at once leave most connections to the calls. */
const READS_AT_ONCE = 4;

/** @see UserEvents */
export function createUserEvents(database: Database): UserEvents {
  const inTurn = pLimit(READS_AT_ONCE);
  const run: Database['run'] = (work) => inTurn(() => database.run(work));
  return {
    rangeOf: (userId) =>
      run(async (queries) => {
        const user = storable(userId);
        const [cursor] = await queries
          .select({ last: userCursors.lastSeq })
          .from(userCursors)
          .where(eq(userCursors.userId, user));
        const [oldest] = await queries
          .select({ seq: min(userEvents.seq) })
          .from(userEvents)
          .where(eq(userEvents.userId, user));
        const last = cursor?.last ?? 0;
        return { last, first: oldest?.seq ?? last + 1 };
      }),
    after: (userId, seq, limit) =>
      run(async (queries) => {
        const rows = await queries
          .select({ seq: userEvents.seq, row: events })
          .from(userEvents)
          .innerJoin(events, eq(events.eventId, userEvents.eventId))
          .where(and(eq(userEvents.userId, storable(userId)), gt(userEvents.seq, seq)))
          .orderBy(asc(userEvents.seq))
          .limit(limit);
        return rows.map(({ seq, row }) => ({ seq, ...recordedEvent(row) }));
      }),
    lastOf: (userIds) =>
      run(async (queries) => {
        const rows = await queries
          .select({ userId: userCursors.userId, last: userCursors.lastSeq })
          .from(userCursors)
          .where(inArray(userCursors.userId, userIds.map(storable)));
        return new Map(rows.map(({ userId, last }) => [userId, last]));
      }),
    listen: (heard) => database.listen(EVENTS_CHANNEL, heard),
  };
}
