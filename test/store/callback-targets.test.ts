import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring } from '../../src/keys/keyring.js';
import type { CallbackTargets } from '../../src/ports/callback-targets.js';
import { createCallbackTargets } from '../../src/store/callback-targets.js';
import { sealAnew } from '../../src/store/seal-anew.js';
import { DATABASES, type OpenedStore } from './stores.js';

const FORMER = { id: 'former', key: Buffer.alloc(32, 1) };
const KEY = { id: 'today', key: Buffer.alloc(32, 2) };
const keyring = createKeyring([KEY, FORMER]);
const COMMANDS = ['Call.CallbackAfterEndCall', 'Call.CallbackAfterStartCall'];

describe.each(DATABASES)('the callback URLs of backends on $name', ({ open }) => {
  let store: OpenedStore;
  let targets: CallbackTargets;
  beforeAll(async () => {
    store = await open();
    targets = createCallbackTargets(store.database, keyring);
  });
  afterAll(() => store.remove());

  it('are one for each application, the last that was set', async () => {
    expect(await targets.read('1')).toBeUndefined();
    await targets.set('1', { url: 'https://one.test/', commands: COMMANDS });
    await targets.set('2', { url: 'https://two.test/', commands: [] });
    await targets.set('1', { url: 'https://three.test/?x=1', commands: COMMANDS.slice(1) });
    expect(await targets.read('1')).toEqual({
      url: 'https://three.test/?x=1',
      commands: COMMANDS.slice(1),
    });
    await targets.clear('1');
    expect(await targets.read('1')).toBeUndefined();
    expect(await targets.read('2')).toEqual({ url: 'https://two.test/', commands: [] });
  });

  it('are sealed, each for its application, and anew when there is a new key', async () => {
    const url = 'https://user:password@backend.test/?secret=s1';
    const former = createCallbackTargets(store.database, createKeyring([FORMER]));
    await former.set('3', { url, commands: [] });
    const stored = async () => {
      const [row] = await store.rows(sql`select url from callback_targets where app_id = '3'`);
      return String(row?.url);
    };
    expect(await stored()).toMatch(/^sealed:former:/);
    expect(await targets.read('3')).toEqual({ url, commands: [] });
    await sealAnew(store.database, keyring, (error) => expect.unreachable(String(error)));
    expect(await stored()).toMatch(/^sealed:today:/);
    expect(await stored()).not.toContain('backend.test');
    expect(await targets.read('3')).toEqual({ url, commands: [] });
    const moved = sql`update callback_targets set url = (select url from callback_targets where app_id = '3') where app_id = '2'`;
    await store.rows(moved);
    await expect(targets.read('2')).rejects.toThrow('belongs elsewhere');
  });
});
