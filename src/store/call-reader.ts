import { and, arrayContains, desc, eq, exists, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import { isPlacing } from '../call/placing.js';
import { LIVE_STATUSES, partyOf } from '../call/state.js';
import type { CallReader } from '../ports/call-reader.js';
import { storable } from './columns.js';
import type { Database, Queries } from './database.js';
import { calls, events, UNSETTLED } from './schema.js';

/** @see CallReader */
export const createCallReader = (database: Database): CallReader => ({
  find: (callId) =>
    database.run(async (queries) => {
      const [call] = await queries
        .select({
          state: calls.snapshot,
          startBy: calls.startBy,
          providerCallId: calls.providerCallId,
        })
        .from(calls)
        .where(eq(calls.id, callId));
      if (call === undefined) return undefined;
      const { providerCallId, ...recorded } = call;
      return { ...recorded, ...(providerCallId !== null && { providerCallId }) };
    }),
  findByProviderId: (providerCallId) =>
    database.run(async (queries) => {
      const [call] = await queries
        .select({ state: calls.snapshot, startBy: calls.startBy })
        .from(calls)
        .where(eq(calls.providerCallId, providerCallId))
        .orderBy(desc(calls.id))
        .limit(1);
      return call;
    }),
  findByStreamTask: (taskId) =>
    database.run(async (queries) => {
      const [call] = await queries
        .select({ state: calls.snapshot, startBy: calls.startBy })
        .from(calls)
        .where(
          and(
            inArray(calls.status, [...LIVE_STATUSES]),
            eq(sql`${calls.snapshot} -> 'stream' ->> 'taskId'`, storable(taskId)),
          ),
        )
        .limit(1);
      return call;
    }),
  placingIn: (roomName) =>
    database.run(async (queries) => {
      const placing = await queries
        .select({ state: calls.snapshot })
        .from(calls)
        .where(
          and(
            inArray(calls.status, [...LIVE_STATUSES]),
            isNull(calls.providerCallId),
            eq(sql`${calls.snapshot} -> 'room' ->> 'name'`, storable(roomName)),
          ),
        );
      return placing.map(({ state }) => state).filter(isPlacing);
    }),
  unsettled: (startByBefore, afterId, limit) =>
    database.run((queries) =>
      queries
        .select({ state: calls.snapshot, startBy: calls.startBy })
        .from(calls)
        .where(and(UNSETTLED, lt(calls.startBy, startByBefore), gt(calls.id, afterId)))
        .orderBy(calls.id)
        .limit(limit),
    ),
  ringingFor: (userId) =>
    database.run(async (queries) => {
      const live = await queries
        .select({ state: calls.snapshot, announced: announced(queries, userId) })
        .from(calls)
        .where(
          and(inArray(calls.status, [...LIVE_STATUSES]), arrayContains(calls.calleeIds, [userId])),
        )
        .orderBy(desc(calls.createdAt), desc(calls.id));
      return live.filter(({ state }) => partyOf(state, userId)?.state === 'ringing');
    }),
});

const announced = (queries: Queries, userId: string) =>
  exists(
    queries
      .select({ id: events.eventId })
      .from(events)
      .where(
        and(
          eq(events.callId, calls.id),
          eq(events.type, 'call.incoming'),
          eq(events.userId, userId),
        ),
      ),
  ).mapWith(Boolean);
