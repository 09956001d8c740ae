import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { serviceToken } from '../support/tokens.js';
import { freshUser } from './fixtures.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const backend = async () => createClient({ baseUrl: api.url, token: await serviceToken() });
const account = { sid: 'sub-account-sid', token: 'sub-account-token' };

describe('a user', () => {
  it('is kept with a number as it is written here or anywhere, and shown masked', async () => {
    const client = await backend();
    const userId = freshUser();
    for (const [phone, shown] of [
      ['138 0013 8000', '+86*******8000'],
      ['+86 13900139000', '+86*******9000'],
      ['010-56469588', '+86******9588'],
      ['+1 415 555 2671', '+1******2671'],
    ] as const) {
      const user = { user_id: userId, phone: shown, sub_account_sid: null };
      expect(await client.putUser({ userId }, { phone })).toStrictEqual(user);
      expect(await client.getUser({ userId })).toStrictEqual(user);
    }
    expect((await api.store.directory.find(userId))?.phone).toBe('+14155552671');
  });

  it.each(['110', '12345', '', 'phone', '138001380001', '+8613800138000 x 12'])(
    'is not kept with %j for a phone',
    async (phone) => {
      const client = await backend();
      const userId = freshUser();
      const put = client.putUser({ userId }, { phone });
      await expect(put).rejects.toMatchObject({
        code: 40001,
        message: 'invalid parameter: phone must be a phone number',
      });
      await expect(client.getUser({ userId })).rejects.toMatchObject({ code: 40403 });
    },
  );

  it('keeps its sub-account until another is given, and never shows its token', async () => {
    const client = await backend();
    const userId = freshUser();
    const put = (more: object) => client.putUser({ userId }, { phone: '13800138000', ...more });
    expect(await put({ sub_account: account })).toMatchObject({ sub_account_sid: account.sid });
    expect(await put({})).toMatchObject({ sub_account_sid: account.sid });
    expect((await api.store.directory.find(userId))?.subAccount).toStrictEqual(account);
    expect(await put({ sub_account: null })).toMatchObject({ sub_account_sid: null });
    expect(api.log()).not.toContain(account.token);
  });

  it('may have no phone, and be forgotten, as often as it is asked for', async () => {
    const client = await backend();
    const userId = freshUser();
    expect(await client.putUser({ userId }, { phone: null })).toMatchObject({ phone: null });
    for (let times = 0; times < 2; times += 1) {
      expect(await client.removeUser({ userId })).toStrictEqual({ user_id: userId });
    }
    await expect(client.getUser({ userId })).rejects.toMatchObject({
      code: 40403,
      message: 'no such user',
    });
  });

  it('is known by an id of 64 bits to the last digit', async () => {
    const client = await backend();
    const userId = '9223372036854775807';
    await client.putUser({ userId: BigInt(userId) }, { phone: '13800138000' });
    expect((await client.getUser({ userId })).user_id).toBe(userId);
    for (const wrong of ['9223372036854775808', '0', '01', 'bob']) {
      await expect(client.getUser({ userId: wrong })).rejects.toMatchObject({ code: 40001 });
    }
  });
});

it('lists users page by page, each once', async () => {
  const client = await backend();
  for (let nth = 0; nth < 5; nth += 1) {
    await client.putUser({ userId: freshUser() }, { phone: '13800138000' });
  }
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await client.listUsers({ limit: '2', ...(after !== undefined && { after }) });
    expect(page.users.length).toBeLessThanOrEqual(2);
    seen.push(...page.users.map(({ user_id }) => user_id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  const all = (await client.listUsers({})).users.map(({ user_id }) => user_id);
  expect(seen).toStrictEqual(all);
  expect(new Set(seen).size).toBe(seen.length);
  for (const limit of ['0', '101', 'x']) {
    await expect(client.listUsers({ limit })).rejects.toMatchObject({ code: 40001 });
  }
});

it('has no phone number in its log, whatever was asked', async () => {
  const client = await backend();
  await client.putUser({ userId: freshUser() }, { phone: '13712345678' });
  expect(api.log()).not.toMatch(/13712345678/);
});
