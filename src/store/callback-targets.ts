import { eq } from 'drizzle-orm';
import type { CallbackTargets } from '../ports/callback-targets.js';
import type { Keyring } from '../ports/keyring.js';
import type { Database } from './database.js';
import { callbackTargets } from './schema.js';
import type { SealedColumn } from './sealed-column.js';

/** Where a URL belongs: sealed for one application, it opens for no other. */
const place = (appId: string): string => `callback_targets.url:${appId}`;

export const CALLBACK_URLS: readonly SealedColumn[] = [
  { table: callbackTargets, key: callbackTargets.appId, column: callbackTargets.url, place },
];

/**
 * URLs may hold what lets callbacks into the backend, so they are sealed.
 * @see CallbackTargets
 */
export const createCallbackTargets = (database: Database, keyring: Keyring): CallbackTargets => ({
  read: (appId) =>
    database.run(async (queries) => {
      const [target] = await queries
        .select({ url: callbackTargets.url, commands: callbackTargets.commands })
        .from(callbackTargets)
        .where(eq(callbackTargets.appId, appId));
      return target && { ...target, url: keyring.open(target.url, place(appId)) };
    }),
  set: (appId, { url, commands }) =>
    database.run(async (queries) => {
      const set = { url: keyring.seal(url, place(appId)), commands: [...commands] };
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
