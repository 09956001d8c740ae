import { asc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Directory, DirectoryUser } from '../ports/directory.js';
import type { Keyring } from '../ports/keyring.js';
import type { SubAccount } from '../ports/telephony.js';
import type { Database, Queries } from './database.js';
import { livePhoneCall } from './phone-reservations.js';
import { users } from './schema.js';
import type { SealedColumn } from './sealed-column.js';
import { lockUsers } from './user-locks.js';

type Row = typeof users.$inferSelect;

/** @see Directory */
export function createDirectory(database: Database, keyring: Keyring): Directory {
  const sealed = sealing(keyring);
  return {
    find: (userId) =>
      database.run(async (queries) => {
        const [row] = await queries.select().from(users).where(eq(users.userId, userId));
        return row && sealed.open(row);
      }),
    put: ({ userId, phone, subAccount }) =>
      database.transaction(async (queries) => {
        await lockUsers(queries, [userId]);
        if (await isDialled(queries, userId)) return 'in-call';
        const row = {
          phone: phone === null ? null : sealed.phone(userId, phone),
          ...(subAccount !== undefined && {
            subAccount: subAccount === null ? null : sealed.subAccount(userId, subAccount),
          }),
        };
        await queries
          .insert(users)
          .values({ userId, ...row })
          .onConflictDoUpdate({ target: users.userId, set: row });
        return 'kept';
      }),
    remove: (userId) =>
      database.transaction(async (queries) => {
        await lockUsers(queries, [userId]);
        if (await isDialled(queries, userId)) return 'in-call';
        await queries.delete(users).where(eq(users.userId, userId));
        return 'removed';
      }),
    list: (afterId, limit) =>
      database.run(async (queries) => {
        const rows = await queries
          .select()
          .from(users)
          .where(afterId === undefined ? undefined : gt(users.userId, afterId))
          .orderBy(asc(users.userId))
          .limit(limit);
        return rows.map(sealed.open);
      }),
    keepSubAccount: (userId, account) =>
      database.transaction(async (queries) => {
        await queries
          .update(users)
          .set({ subAccount: sealed.subAccount(userId, account) })
          .where(sql`${eq(users.userId, userId)} and ${isNull(users.subAccount)}`);
        const [row] = await queries.select().from(users).where(eq(users.userId, userId));
        return row && sealed.open(row).subAccount;
      }),
  };
}

/** What a live call was placed with is needed to end it. */
const isDialled = async (queries: Queries, userId: string): Promise<boolean> =>
  (await livePhoneCall(queries, userId)) !== undefined;

const placeOf = (column: 'phone' | 'sub_account', userId: string): string =>
  `users.${column}:${userId}`;

export const PHONES_AND_ACCOUNTS: readonly SealedColumn[] = [
  { column: users.phone, place: (userId: string) => placeOf('phone', userId) },
  { column: users.subAccount, place: (userId: string) => placeOf('sub_account', userId) },
].map((each) => ({ ...each, table: users, key: users.userId }));

function sealing(keyring: Keyring) {
  const openIn = (column: 'phone' | 'sub_account', userId: string, text: string | null) =>
    text === null ? undefined : keyring.open(text, placeOf(column, userId));
  return {
    phone: (userId: string, phone: string) => keyring.seal(phone, placeOf('phone', userId)),
    subAccount: (userId: string, account: SubAccount) =>
      keyring.seal(JSON.stringify(account), placeOf('sub_account', userId)),
    open({ userId, phone, subAccount }: Row): DirectoryUser {
      const number = openIn('phone', userId, phone);
      const account = openIn('sub_account', userId, subAccount);
      return {
        userId,
        ...(number !== undefined && { phone: number }),
        ...(account !== undefined && { subAccount: JSON.parse(account) as SubAccount }),
      };
    },
  };
}
