import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import { type CallState, LIVE_STATUSES } from '../call/state.js';
import type { Records } from '../ports/records.js';
import { callRow, changingColumns } from './call-row.js';
import type { Database, Queries } from './database.js';
import { appendEvents } from './event-log.js';
import { linesDone, linesJoined } from './lines.js';
import { undoReservation } from './reservations.js';
import { busyLines, calls } from './schema.js';

/** @see Records */
export const createRecords = (database: Database): Records => ({
  write: (state, events) =>
    database.transaction(async (queries) => {
      // First the row, whose lock keeps other writes of this call out until the end.
      if (await keepSnapshot(queries, state)) {
        await freeLines(queries, state);
        await joinLines(queries, state);
        if (state.cause === 'unreachable') await undoReservation(queries, state.callId);
      }
      const endpoints = await appendEvents(queries, state, events);
      return endpoints.map((endpointId) => ({ callId: state.callId, endpointId }));
    }),
});

/** Whether the snapshot is the one that is stored now; a later one, or a written end, stays. */
async function keepSnapshot(queries: Queries, state: CallState): Promise<boolean> {
  // A call that nobody reserved was not waiting for its start.
  const row = callRow(state, state.createdAt);
  const kept = await queries
    .insert(calls)
    .values(row)
    .onConflictDoUpdate({
      target: calls.id,
      set: changingColumns(state),
      setWhere: replaces(state),
    })
    .returning({ id: calls.id });
  return kept.length > 0;
}

const replaces = ({ version }: CallState) =>
  sql`${lt(calls.version, version)} or (${eq(calls.version, version)} and ${inArray(calls.status, [...LIVE_STATUSES])})`;

async function freeLines(queries: Queries, state: CallState): Promise<void> {
  const users = linesDone(state);
  if (users.length === 0) return;
  await queries
    .delete(busyLines)
    .where(and(eq(busyLines.callId, state.callId), inArray(busyLines.userId, users)));
}

/** A provider does not ask whether somebody is in another call: then the line stays that call's. */
async function joinLines(queries: Queries, state: CallState): Promise<void> {
  const lines = linesJoined(state).map((userId) => ({ userId, callId: state.callId }));
  if (lines.length > 0) await queries.insert(busyLines).values(lines).onConflictDoNothing();
}
