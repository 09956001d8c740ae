import { eq, sql } from 'drizzle-orm';
import type { Placings } from '../ports/placings.js';
import type { Database } from './database.js';
import { calls, placings } from './schema.js';

/** @see Placings */
export const createPlacings = (database: Database): Placings => ({
  takeOn: (callId) =>
    database.run(async (queries) => {
      const taken = await queries
        .insert(placings)
        .values({ callId })
        .onConflictDoNothing()
        .returning({ callId: placings.callId });
      return taken.length > 0;
    }),

  keep: (callId, report) =>
    database.run(async (queries) => {
      const kept = queries
        .$with('kept')
        .as(
          queries
            .update(placings)
            .set({ report })
            .where(eq(placings.callId, callId))
            .returning({ callId: placings.callId }),
        );
      const providerCallId = report.type === 'placed' ? report.providerCallId : null;
      await queries
        .with(kept)
        .update(calls)
        .set({ providerCallId: sql`coalesce(${providerCallId}, ${calls.providerCallId})` })
        .where(eq(calls.id, callId));
    }),

  find: (callId) =>
    database.run(async (queries) => {
      const [known] = await queries
        .select({ report: placings.report })
        .from(placings)
        .where(eq(placings.callId, callId));
      return known?.report ?? undefined;
    }),
});
