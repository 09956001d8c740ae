import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring } from '../../src/keys/keyring.js';
import { sealAnew } from '../../src/store/seal-anew.js';
import { createWebhookDeliveries } from '../../src/store/webhook-deliveries.js';
import { createWebhookEndpoints } from '../../src/store/webhook-endpoints.js';
import { after, callerId, cancels, placed, T0 } from './fixtures.js';
import { DATABASES, type OpenedStore } from './stores.js';

const FORMER = { id: 'former', key: Buffer.alloc(32, 1) };
const KEY = { id: 'today', key: Buffer.alloc(32, 2) };
const SECRETS = ['whsec_second', 'whsec_first'];
const LATER = Date.now() + 3_600_000;

describe.each(DATABASES)('the secrets of webhooks on $name', ({ open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());

  let made = 0;
  /** An endpoint in the midst of a rotation, and a call of which it has not been told. */
  async function endpointUnder(keys: Parameters<typeof createKeyring>[0]) {
    await store.rows(sql`delete from webhook_endpoints`);
    made += 1;
    const id = `we_${String(made).padStart(24, '0')}`;
    const endpoints = createWebhookEndpoints(store.database, createKeyring(keys));
    const rest = {
      url: 'https://a.test/',
      status: 'enabled',
      createdAt: T0,
      updatedAt: T0,
    } as const;
    await endpoints.create({ id, ...rest }, 'whsec_first');
    await endpoints.rotate(id, { secret: 'whsec_second', now: T0, formerUntil: LATER });
    const call = await placed(store.reservations);
    const { state, events } = after(call, cancels(callerId(call)));
    await store.records.write(state, events);
    const signing = async (...known: Parameters<typeof createKeyring>[0]) => {
      const deliveries = createWebhookDeliveries(store.database, createKeyring(known));
      const now = Date.now();
      const next = await deliveries.next({ callId: call.callId, endpointId: id }, now);
      return next.kind === 'due' ? next.delivery.secrets : next.kind;
    };
    return { id, signing };
  }
  const unexpected = (error: unknown) => expect.unreachable(String(error));

  it.each([
    ['a former key', [FORMER]],
    ['no key', []],
  ])('are sealed anew from %s, both of them, and deliver without it', async (_from, keys) => {
    const { signing } = await endpointUnder(keys);
    const keyring = createKeyring([KEY, FORMER]);
    expect(await sealAnew(store.database, keyring, unexpected)).toBe(2);
    expect(await sealAnew(store.database, keyring, unexpected)).toBe(0);
    const [row] = await store.rows(sql`select secret, former_secret from webhook_endpoints`);
    expect(row?.secret).toMatch(/^sealed:today:/);
    expect(row?.former_secret).toMatch(/^sealed:today:/);
    expect(await signing(KEY)).toEqual(SECRETS);
  });

  it('whose key is gone sign nothing, and keep nobody from delivering', async () => {
    const { id, signing } = await endpointUnder([FORMER]);
    expect(await signing(KEY)).toEqual([]);
    const endpoints = createWebhookEndpoints(store.database, createKeyring([KEY]));
    const rotation = { secret: 'whsec_third', now: T0 + 1, formerUntil: LATER };
    expect(await endpoints.rotate(id, rotation)).toMatchObject({ secret: 'whsec_third' });
    expect(await signing(KEY)).toEqual(['whsec_third']);
  });
});
