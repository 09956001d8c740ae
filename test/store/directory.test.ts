import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring } from '../../src/keys/keyring.js';
import { createDirectory } from '../../src/store/directory.js';
import { sealAnew } from '../../src/store/seal-anew.js';
import { someone } from './fixtures.js';
import { DATABASES, type OpenedStore } from './stores.js';

const key = (id: string) => ({ id, key: randomBytes(32) });
const unexpected = (error: unknown) => expect.unreachable(String(error));
const PHONE = '+8613800138000';
const ACCOUNT = { sid: 'a-sid', token: 'a-token-of-a-sub-account' };

describe.each(DATABASES)('the directory on $name', ({ open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());
  const written = async (): Promise<string> =>
    JSON.stringify(await store.rows(sql`select * from users`));

  it('keeps what it is told sealed, bound to its user', async () => {
    const directory = createDirectory(store.database, createKeyring([key('a')]));
    const [one, other] = [someone(), someone()];
    await directory.put({ userId: one, phone: PHONE, subAccount: ACCOUNT });
    await directory.put({ userId: other, phone: '+8613900139000' });
    expect(await directory.find(one)).toEqual({ userId: one, phone: PHONE, subAccount: ACCOUNT });
    const text = await written();
    for (const secret of ['13800138000', '13900139000', ACCOUNT.token, ACCOUNT.sid]) {
      expect(text).not.toContain(secret);
    }
    await store.rows(sql`update users set phone = (select phone from users where user_id = ${one})
      where user_id = ${other}`);
    await expect(directory.find(other)).rejects.toThrow('belongs elsewhere');
    await directory.remove(other);
  });

  it('is sealed anew with a new key, and needs the old one no more', async () => {
    const [old, next] = [key('old'), key('new')];
    const userId = someone();
    await createDirectory(store.database, createKeyring([old])).put({
      userId,
      phone: PHONE,
      subAccount: ACCOUNT,
    });
    await store.rows(sql`delete from users where user_id <> ${userId}`);
    const anew = () => sealAnew(store.database, createKeyring([next, old]), unexpected);
    expect(await anew()).toBe(2);
    expect(await anew()).toBe(0);
    const after = createDirectory(store.database, createKeyring([next]));
    expect(await after.find(userId)).toEqual({ userId, phone: PHONE, subAccount: ACCOUNT });
  });

  it('is sealed anew however many they are, but for what does not open, which is told', async () => {
    const [old, next, lost] = [key('old'), key('new'), key('lost')];
    await store.rows(sql`delete from users`);
    const sealed = createKeyring([old]).seal(PHONE, 'users.phone:0');
    await store.rows(sql`insert into users (user_id, phone)
      select 'u' || nth, 'clear:+86' || nth from generate_series(1, 1200) as nth`);
    const directory = createDirectory(store.database, createKeyring([lost]));
    await directory.put({ userId: 'u600', phone: PHONE });
    await store.rows(sql`insert into users (user_id, phone) values ('moved', ${sealed})`);
    const told: unknown[] = [];
    const keyring = createKeyring([next, old]);
    expect(await sealAnew(store.database, keyring, (error) => told.push(error))).toBe(1_199);
    expect(told.map(String)).toEqual([
      'Error: 2 stored texts do not open, the first at users.phone:moved',
    ]);
    const [left] = await store.rows(
      sql`select count(*)::int as n from users where phone not like 'sealed:new:%'`,
    );
    expect(left).toEqual({ n: 2 });
    expect(await createDirectory(store.database, createKeyring([next])).find('u1200')).toEqual({
      userId: 'u1200',
      phone: '+861200',
    });
    await store.rows(sql`delete from users`);
  });

  it('keeps the sub-account that was first, whoever else makes one', async () => {
    const directory = createDirectory(store.database, createKeyring([key('a')]));
    const userId = someone();
    await directory.put({ userId, phone: PHONE });
    const made = await Promise.all(
      ['x', 'y', 'z'].map((sid) => directory.keepSubAccount(userId, { sid, token: sid })),
    );
    expect(new Set(made.map((account) => account?.sid)).size).toBe(1);
    expect(await directory.keepSubAccount(someone(), ACCOUNT)).toBeUndefined();
  });
});
