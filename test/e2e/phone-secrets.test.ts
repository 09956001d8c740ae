import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import type { YuntongxunSimulator } from '../../src/simulators/yuntongxun/simulator.js';
import { openPglite } from '../../src/store/pglite.js';
import { repositories } from '../store/stores.js';
import type { PhoneAnswer } from '../support/phone-stack.js';
import { AUTH, serviceToken, userToken } from '../support/tokens.js';
import { startServing, type Workplace, workplaceInUse } from '../support/workplace.js';
import { ACCOUNT, APP_ID, openYuntongxun } from '../support/yuntongxun.js';

const SECRET = 'a-secret-end-of-a-path';
const CALLER = { userId: '7654321', number: '13812345678' };
const CALLEE = { userId: '7654322', number: '13987654321' };

let place: Workplace;
let simulator: YuntongxunSimulator;
/** Everything that is left of it, by where it stands. */
let left: Readonly<Record<string, string>>;

/** Every byte of every file below a folder, as text that loses none of them. */
async function bytesBelow(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile());
  const texts = await Promise.all(
    files.map((each) => readFile(join(each.parentPath, each.name), 'latin1')),
  );
  return texts.join('\n');
}

/** Large values are compressed in the files: the tables are read as they are understood. */
async function tables(folder: string): Promise<string> {
  const database = await openPglite(folder);
  try {
    const { rows } = repositories(database);
    const names = await rows(sql`
      select table_name from information_schema.tables where table_schema = 'public'`);
    const all = await Promise.all(
      names.map(({ table_name }) => rows(sql`select * from ${sql.identifier(String(table_name))}`)),
    );
    return JSON.stringify(all);
  } finally {
    await database.close();
  }
}

beforeAll(async () => {
  simulator = await openYuntongxun({ phone: { answersAfterMs: 200, hangsUpAfterMs: 800 } });
  place = await workplaceInUse();
  const product = await startServing(place, {
    AUTH_JWT_SECRET: AUTH.secret,
    PUBLIC_URL: place.apiUrl,
    LOG_LEVEL: 'trace',
    STORE_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    YUNTONGXUN_API: simulator.url,
    YUNTONGXUN_ACCOUNT_SID: ACCOUNT.sid,
    YUNTONGXUN_ACCOUNT_TOKEN: ACCOUNT.token,
    YUNTONGXUN_APP_ID: APP_ID,
    YUNTONGXUN_PUSH_SECRET: SECRET,
    PHONE_SHOWS_HOTLINE: 'false',
  });
  simulator.control.pushTo({ url: `${place.apiUrl}/webhooks/yuntongxun/${SECRET}` });
  const backend = createClient({ baseUrl: place.apiUrl, token: await serviceToken() });
  for (const { userId, number } of [CALLER, CALLEE]) {
    await backend.putUser({ userId }, { phone: number });
  }
  await backend.putUser({ userId: '7654323' }, { phone: `+86 ${CALLER.number} 9` }).catch(() => 0);
  const token = await userToken(CALLER.userId);
  const get = async (path: string) => {
    const answer = await fetch(`${place.apiUrl}/v1/app/${path}?access_token=${token}`);
    return (await answer.json()) as PhoneAnswer;
  };
  const callSid = (await get(`call/${CALLEE.userId}`)).data?.callSid ?? '';
  await vi.waitUntil(async () => (await get(`callState/${callSid}`)).data?.stateType === '4', {
    timeout: 60_000,
    interval: 200,
  });
  await vi.waitUntil(() => simulator.control.ledger().pushes.some(({ name }) => name === 'CDR'), {
    timeout: 30_000,
  });
  product.signal('SIGTERM');
  await product.ended();
  left = {
    'our tables': await tables(join(place.dataFolder, 'store')),
    'all files': await bytesBelow(place.dataFolder),
    'what it printed': product.stdout() + product.stderr(),
  };
});
afterAll(async () => {
  await place?.remove();
  await simulator?.stop();
});

describe('what a phone call leaves behind', () => {
  it('tells of the call, its users and its token', () => {
    const [call] = simulator.control.ledger().calls;
    expect(call?.byetype).toBe('3');
    for (const text of [left['our tables'], left['all files']]) {
      expect(text).toContain(CALLER.userId);
      expect(text).toContain(call?.callSid);
    }
    expect(left['all files']).toContain('"operation":"yuntongxun:cdr"');
  });

  it('has no phone number in clear, in both databases, logs and output', () => {
    for (const [where, text] of Object.entries(left)) {
      for (const { number } of [CALLER, CALLEE]) {
        expect(text.includes(number), `${where}: ${number}`).toBe(false);
      }
    }
  });

  it('has no token of an account or sub-account in clear, nor the end of the secret path', () => {
    const { subAccounts } = simulator.control.ledger();
    expect(subAccounts).toHaveLength(1);
    const secrets = [ACCOUNT.token, SECRET, ...subAccounts.map(({ subToken }) => subToken)];
    for (const [where, text] of Object.entries(left)) {
      for (const secret of secrets) expect(text.includes(secret), where).toBe(false);
    }
  });
});
