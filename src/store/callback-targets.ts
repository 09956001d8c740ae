import { eq } from 'drizzle-orm';
import type { CallbackTargets } from '../ports/callback-targets.js';
import type { Database } from './database.js';
import { callbackTargets } from './schema.js';

/** @see CallbackTargets */
export const createCallbackTargets = (database: Database): CallbackTargets => ({
  read: (appId) =>
    database.run(async (queries) => {
      const [target] = await queries
        .select({ url: callbackTargets.url, commands: callbackTargets.commands })
        .from(callbackTargets)
        .where(eq(callbackTargets.appId, appId));
      return target;
    }),
  set: (appId, { url, commands }) =>
    database.run(async (queries) => {
      const set = { url, commands: [...commands] };
      await queries
        .insert(callbackTargets)
        .values({ appId, ...set })
        .onConflictDoUpdate({ target: callbackTargets.appId, set });
    }),
  clear: (appId) =>
    database.run(async (queries) => {
      await queries.delete(callbackTargets).where(eq(callbackTargets.appId, appId));
    }),
});
