import { and, eq, inArray, lte } from 'drizzle-orm';
import type { CallState } from '../call/state.js';
import type { Records } from '../ports/records.js';
import { callRow, changingColumns } from './call-row.js';
import type { Database, Queries } from './database.js';
import { appendEvents } from './event-log.js';
import { linesDone } from './lines.js';
import { busyLines, calls } from './schema.js';

/** @see Records */
export const createRecords = (database: Database): Records => ({
  write: (state, events) =>
    database.transaction(async (queries) => {
      // First the row, whose lock keeps other writes of this call out until the end.
      if (await keepSnapshot(queries, state)) await freeLines(queries, state);
      await appendEvents(queries, state, events);
    }),
});

/** Whether the snapshot is the one that is stored now; a later one stays. */
async function keepSnapshot(queries: Queries, state: CallState): Promise<boolean> {
  // A call that nobody reserved was not waiting for its start.
  const row = callRow(state, state.createdAt);
  const kept = await queries
    .insert(calls)
    .values(row)
    .onConflictDoUpdate({
      target: calls.id,
      set: changingColumns(state),
      setWhere: lte(calls.version, state.version),
    })
    .returning({ id: calls.id });
  return kept.length > 0;
}

async function freeLines(queries: Queries, state: CallState): Promise<void> {
  const users = linesDone(state);
  if (users.length === 0) return;
  await queries
    .delete(busyLines)
    .where(and(eq(busyLines.callId, state.callId), inArray(busyLines.userId, users)));
}
