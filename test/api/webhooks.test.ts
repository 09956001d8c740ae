import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ApiError } from '../../src/client/api-error.js';
import { type Client, createClient } from '../../src/client/create-client.js';
import { startWebhookReceiver } from '../../src/simulators/webhooks/receiver.js';
import { send } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { serviceToken, userToken } from '../support/tokens.js';
import { end, ringFor } from './event-fixtures.js';
import { freshUser } from './fixtures.js';

let api: TestApi;
let backend: Client;
beforeAll(async () => {
  api = await startTestApi();
  backend = createClient({ baseUrl: api.url, token: await serviceToken() });
});
afterAll(() => api.stop());

const code = (asked: Promise<unknown>) =>
  asked.then(
    () => 0,
    (error: unknown) => (error instanceof ApiError ? error.code : error),
  );
let urls = 0;
const aUrl = () => `http://127.0.0.1:9/${(urls += 1)}`;
const UNKNOWN = { endpointId: `we_${'0'.repeat(24)}` };

describe('an endpoint', () => {
  it('is registered with a secret that is shown once, changed and removed', async () => {
    const url = aUrl();
    const { secret, ...made } = await backend.createWebhookEndpoint({
      url,
      event_types: ['call.ended'],
    });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(made).toMatchObject({
      url,
      event_types: ['call.ended'],
      status: 'enabled',
      disabled_because: null,
      former_secret_until: null,
    });
    const id = { endpointId: made.endpoint_id };
    expect(await backend.getWebhookEndpoint(id)).toStrictEqual(made);
    expect((await backend.listWebhookEndpoints()).endpoints).toContainEqual(made);
    const off = await backend.updateWebhookEndpoint(id, { status: 'disabled', event_types: null });
    expect(off).toMatchObject({ url, status: 'disabled', disabled_because: 'asked' });
    expect(off.event_types).toBeNull();
    expect(await backend.deleteWebhookEndpoint(id)).toStrictEqual({
      endpoint_id: made.endpoint_id,
    });
    expect(await code(backend.getWebhookEndpoint(id))).toBe(40402);
    expect(api.log()).not.toContain(secret);
  });

  it('cannot be registered twice, so that a repeat whose answer was lost doubles nothing', async () => {
    const url = aUrl();
    await backend.createWebhookEndpoint({ url });
    expect(await code(backend.createWebhookEndpoint({ url }))).toBe(41008);
    const other = await backend.createWebhookEndpoint({ url: aUrl() });
    const id = { endpointId: other.endpoint_id };
    expect(await code(backend.updateWebhookEndpoint(id, { url }))).toBe(41008);
  });

  it('answers a repeated rotation as the first one', async () => {
    const made = await backend.createWebhookEndpoint({ url: aUrl() });
    const id = { endpointId: made.endpoint_id };
    const first = await backend.rotateWebhookSecret(id, { former_valid_seconds: 60 });
    expect(first.secret).not.toBe(made.secret);
    expect(first.former_secret_until).not.toBeNull();
    const repeated = await backend.rotateWebhookSecret(id, {});
    expect(repeated).toStrictEqual(first);
    const ended = await backend.rotateWebhookSecret(id, { former_valid_seconds: 0 });
    expect(ended).toMatchObject({ secret: first.secret, former_secret_until: null });
  });

  it('that does not exist is 40402', async () => {
    expect(await code(backend.getWebhookEndpoint(UNKNOWN))).toBe(40402);
    expect(await code(backend.updateWebhookEndpoint(UNKNOWN, {}))).toBe(40402);
    expect(await code(backend.deleteWebhookEndpoint(UNKNOWN))).toBe(40402);
    expect(await code(backend.rotateWebhookSecret(UNKNOWN, {}))).toBe(40402);
    expect(await code(backend.pingWebhookEndpoint(UNKNOWN))).toBe(40402);
    expect(await code(backend.redeliverWebhook({ deliveryId: 999_999 }))).toBe(40402);
  });

  it('is pinged once, and it is said what came of it', async () => {
    const secrets: string[] = [];
    const receiver = await startWebhookReceiver({ secrets: () => secrets });
    onTestFinished(() => receiver.stop());
    const made = await backend.createWebhookEndpoint({ url: `${receiver.url}/hook` });
    const id = { endpointId: made.endpoint_id };
    expect(await backend.pingWebhookEndpoint(id)).toMatchObject({
      http_status: 401,
      error: null,
      response_excerpt: 'not signed by anybody known here',
    });
    secrets.push(made.secret);
    expect(await backend.pingWebhookEndpoint(id)).toMatchObject({ http_status: 204 });
    expect(receiver.received).toHaveLength(1);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      type: 'webhook.ping',
      data: { endpoint_id: made.endpoint_id },
    });
    await receiver.stop();
    const refused = await backend.pingWebhookEndpoint(id);
    expect(refused).toMatchObject({ http_status: null, error: 'ECONNREFUSED' });
  });
});

describe('deliveries', () => {
  it('are listed, newest first, in pages, and sent again on request', async () => {
    const made = await backend.createWebhookEndpoint({ url: aUrl() });
    const endpoint_id = made.endpoint_id;
    const call = await ringFor(api.url, freshUser());
    await end(api.url, call, 'cancelCall');
    const page = await backend.listWebhookDeliveries({ endpoint_id, limit: '1' });
    expect(page.deliveries).toMatchObject([
      {
        endpoint_id,
        event_id: `${call.callId}-2-1`,
        type: 'call.ended',
        call_id: call.callId,
        version: 2,
        status: 'pending',
        attempts: [],
      },
    ]);
    const cursor = page.next_cursor ?? '';
    const rest = await backend.listWebhookDeliveries({ endpoint_id, limit: '1', cursor });
    expect(rest).toMatchObject({
      deliveries: [{ event_id: `${call.callId}-2-0` }],
      next_cursor: null,
    });
    const [delivery] = page.deliveries;
    const deliveryId = delivery?.delivery_id ?? 0;
    const again = await backend.redeliverWebhook({ deliveryId });
    expect(again).toMatchObject({ delivery_id: deliveryId, status: 'pending' });
    expect(api.woken).toEqual([{ callId: call.callId, endpointId: endpoint_id }]);
    const about = { call_id: String(call.callId) };
    expect((await backend.listWebhookDeliveries(about)).deliveries.length).toBeGreaterThan(1);
    expect(
      (await backend.listWebhookDeliveries({ ...about, status: 'delivered' })).deliveries,
    ).toEqual([]);
    await backend.updateWebhookEndpoint({ endpointId: endpoint_id }, { status: 'disabled' });
    expect(await code(backend.redeliverWebhook({ deliveryId }))).toBe(41008);
    const { deliveries } = await backend.listWebhookDeliveries({ endpoint_id });
    expect(deliveries.map(({ status, next_attempt_at }) => [status, next_attempt_at])).toEqual([
      ['dead', null],
      ['dead', null],
    ]);
  });
});

describe('what is wrong', () => {
  const create = (body: object) => ['post', '/api/webhook-endpoints', body] as const;
  const patch = (body: object) => ['patch', '/api/webhook-endpoints/ID', body] as const;
  const rotate = (body: object) =>
    ['post', '/api/webhook-endpoints/ID/rotate-secret', body] as const;
  const PRIVATE = 'url must not be in a private network';
  it.each([
    [...create({}), 'url is required'],
    [...create({ url: 7 }), 'url must be a string'],
    [...create({ url: 'nonsense' }), 'url must be an http or https URL'],
    [...create({ url: 'ftp://example.com' }), 'url must be an http or https URL'],
    [...create({ url: 'https://a:b@example.com' }), 'url must not contain credentials'],
    [...create({ url: 'http://10.0.0.1/' }), PRIVATE],
    [...create({ url: 'http://[::1]/' }), PRIVATE],
    [...create({ url: 'http://169.254.169.254/latest' }), PRIVATE],
    [...create({ url: 'https://example.com', event_types: [] }), /^event_types must name one/],
    [...create({ url: 'https://example.com', event_types: ['x'] }), /^event_types.0 must be "call/],
    [...patch({ url: 'http://10.0.0.1/' }), PRIVATE],
    [...patch({ status: 'off' }), 'status must be "enabled" or "disabled"'],
    [...rotate({ former_valid_seconds: -1 }), 'former_valid_seconds must be at least 0'],
    [...rotate({ former_valid_seconds: 604_801 }), 'former_valid_seconds must be at most 604800'],
  ] as const)('%s %s %j answers 40001', async (method, path, body, why) => {
    const made = await backend.createWebhookEndpoint({ url: aUrl() });
    const answer = await send(api.url + path.replace('ID', made.endpoint_id), {
      token: await serviceToken(),
      method: method.toUpperCase(),
      body,
    });
    expect(answer).toMatchObject({ status: 400, code: 40001, data: null });
    const complaint = answer.message.slice('invalid parameter: '.length);
    if (typeof why === 'string') expect(complaint).toBe(why);
    else expect(complaint).toMatch(why);
  });

  it.each([
    ['/api/webhook-endpoints/nobody', 'endpointId must be the id of an endpoint'],
    ['/api/webhook-deliveries?endpoint_id=x', 'endpoint_id must be the id of an endpoint'],
    ['/api/webhook-deliveries?call_id=0', 'call_id must be a positive integer'],
    ['/api/webhook-deliveries?cursor=x', 'cursor must be a positive integer'],
  ])('GET %s answers 40001', async (path, why) => {
    const answer = await send(api.url + path, { token: await serviceToken() });
    expect(answer).toMatchObject({ code: 40001, message: `invalid parameter: ${why}` });
  });

  it('is a user who asks, or a backend that acts for one', async () => {
    const url = `${api.url}/api/webhook-endpoints`;
    const refused = { status: 403, code: 41010, message: '权限或关系校验失败' };
    expect(await send(url, { token: await userToken('7') })).toMatchObject(refused);
    const headers = { 'x-acting-user': '7' };
    expect(await send(url, { token: await serviceToken(), headers })).toMatchObject(refused);
  });
});
