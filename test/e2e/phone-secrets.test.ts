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
let left: Readonly<Record<'our tables' | 'the Temporal database' | 'all files' | 'output', string>>;
/** With which the caller asked. */
let token: string;

/** Every byte of every such file below a folder, as text that loses none of them. */
async function bytesBelow(folder: string, begins = ''): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile() && each.name.startsWith(begins));
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
  token = await userToken(CALLER.userId);
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
    'the Temporal database': await bytesBelow(place.dataFolder, 'temporal.db'),
    'all files': await bytesBelow(place.dataFolder),
    output: product.stdout() + product.stderr(),
  };
});
afterAll(async () => {
  await place?.remove();
  await simulator?.stop();
});

const finds = (text: string, what: string): boolean => text.includes(what);

/** Where any of this is found. */
const placesOf = (secrets: readonly string[]): string[] =>
  Object.entries(left).flatMap(([where, text]) =>
    secrets.flatMap((secret, nth) => (finds(text, secret) ? [`${where}: the ${nth + 1}.`] : [])),
  );

describe('what a phone call leaves behind', () => {
  it('tells of the call, its users and its token, in each database', () => {
    const [call] = simulator.control.ledger().calls;
    expect(call?.byetype).toBe('3');
    const { callSid = '', request } = call ?? {};
    expect(request?.userData).toHaveLength(15);
    for (const where of ['our tables', 'the Temporal database', 'all files'] as const) {
      for (const what of [CALLER.userId, CALLEE.userId, callSid, request?.userData ?? '?']) {
        expect(finds(left[where], what), `${where}: ${what}`).toBe(true);
      }
    }
    expect(finds(left['the Temporal database'], 'call-1')).toBe(true);
    expect(finds(left['all files'], '"operation":"yuntongxun:cdr"')).toBe(true);
  });

  it('has no phone number in clear, in both databases, logs and output', () => {
    expect(placesOf([CALLER.number, CALLEE.number])).toEqual([]);
  });

  it('has no token of an account or sub-account in clear, nor the end of the secret path', () => {
    const { subAccounts } = simulator.control.ledger();
    expect(subAccounts).toHaveLength(1);
    expect(
      placesOf([ACCOUNT.token, SECRET, ...subAccounts.map(({ subToken }) => subToken)]),
    ).toEqual([]);
  });

  it('has not the token of the request, whose address is logged without it', () => {
    expect(finds(left['all files'], `/v1/app/call/${CALLEE.userId}?access_token=[redacted]`)).toBe(
      true,
    );
    const signature = token.split('.').at(-1) ?? token;
    expect(placesOf([token, signature])).toEqual([]);
  });
});
