import { and, eq } from 'drizzle-orm';
import type { CallbackTargets } from '../ports/callback-targets.js';
import type { Keyring } from '../ports/keyring.js';
import type { Database } from './database.js';
import { callbackTargets } from './schema.js';

/** Where a URL belongs: sealed for one application, it opens for no other. */
const place = (appId: string): string => `callback_targets.url:${appId}`;

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

/** Seals with the current key what was sealed with another one, or stored readable. */
export const sealTargetsAnew = (database: Database, keyring: Keyring): Promise<void> =>
  database.run(async (queries) => {
    for (const { appId, url } of await queries.select().from(callbackTargets)) {
      if (keyring.isCurrent(url)) continue;
      const anew = keyring.seal(keyring.open(url, place(appId)), place(appId));
      await queries
        .update(callbackTargets)
        .set({ url: anew })
        .where(and(eq(callbackTargets.appId, appId), eq(callbackTargets.url, url)));
    }
  });
