import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Client, createClient } from '../../src/client/create-client.js';
import type { DataOf } from '../../src/contract/routes.js';
import {
  type ReceivedWebhook,
  startWebhookReceiver,
  type WebhookReply,
} from '../../src/simulators/webhooks/receiver.js';
import { openStack, type Stack } from '../support/stack.js';
import { timed } from '../support/timed.js';
import { serviceToken } from '../support/tokens.js';

let folder: string;
let stack: Stack;
let backend: Client;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-webhooks-'));
  stack = await openStack({
    env: {
      SWITCHYARD_DIR: folder,
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      WEBHOOK_RETRY_SECONDS: '0,0.2,0.4,0.8,600',
    },
  });
  backend = createClient({ baseUrl: stack.url, token: await serviceToken() });
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

let lastUser = 70_000;
const user = () => String(++lastUser);
const BY = { terminal_id: 'phone' };

interface Listener {
  readonly endpointId: string;
  readonly received: readonly ReceivedWebhook[];
  deliveries(): Promise<DataOf<'listWebhookDeliveries'>['deliveries']>;
}

/** An endpoint that answers like this until the test is over. */
async function listener(
  reply: (webhook: ReceivedWebhook) => WebhookReply = () => ({ status: 204 }),
  event_types: DataOf<'getWebhookEndpoint'>['event_types'] = null,
): Promise<Listener> {
  const secrets: string[] = [];
  const receiver = await startWebhookReceiver({ secrets: () => secrets, reply });
  const made = await backend.createWebhookEndpoint({ url: `${receiver.url}/`, event_types });
  secrets.push(made.secret);
  const { endpoint_id } = made;
  onTestFinished(async () => {
    await backend.deleteWebhookEndpoint({ endpointId: endpoint_id });
    await receiver.stop();
  });
  return {
    endpointId: endpoint_id,
    received: receiver.received,
    deliveries: async () =>
      (await backend.listWebhookDeliveries({ endpoint_id })).deliveries.toReversed(),
  };
}

async function dial() {
  const [caller, callee] = [user(), user()];
  const [from, to] = [await stack.insistently(caller), await stack.insistently(callee)];
  const { call_id } = await from.createCall({
    conversation_id: 1,
    target_user_id: Number(callee),
    call_type: 'audio',
    biz_type: 'single',
    ...BY,
  });
  return { from, to, callId: Number(call_id) };
}

async function conversation(): Promise<number> {
  const { from, to, callId } = await dial();
  await to.acceptCall({ callId }, BY);
  await from.reportMediaState({ callId }, { ...BY, stage: 'joined' });
  await from.hangupCall({ callId }, BY);
  return callId;
}

const CONVERSATION = [
  '1-0 call.incoming',
  '2-0 call.ringing_stopped',
  '2-1 call.accepted',
  '3-0 call.ongoing',
  '4-0 call.ended',
];
const told = (callId: number) => CONVERSATION.map((each) => `${callId}-${each}`);
const heard = (received: readonly ReceivedWebhook[]) =>
  received.map(({ id, type }) => `${id} ${type}`);
const unique = (all: readonly string[]) => [...new Set(all)];

describe('an endpoint', () => {
  it('is told every event of a call, in order, signed, with the call inside', async () => {
    const { received, deliveries } = await listener();
    const callId = await conversation();
    await expect.poll(() => heard(received)).toEqual(told(callId));
    const [incoming, , accepted] = received.map(({ body }) => JSON.parse(body));
    expect(incoming).toMatchObject({
      type: 'call.incoming',
      data: { event_id: `${callId}-1-0`, version: 1, call: { call_id: callId, status: 'calling' } },
    });
    const { ring_expires_at, server_time } = incoming.data;
    expect(Date.parse(ring_expires_at)).toBeGreaterThan(Date.parse(server_time));
    expect(accepted.data.call.version).toBeGreaterThanOrEqual(2);
    await expect
      .poll(async () => (await deliveries()).map(({ status }) => status))
      .toEqual(Array(5).fill('delivered'));
  });

  it('is told only what it wants', async () => {
    const { received } = await listener(undefined, ['call.incoming', 'call.ended']);
    const callId = await conversation();
    await expect.poll(() => heard(received)).toEqual([told(callId)[0], told(callId)[4]]);
  });

  it('that fails is told again, under the same id, and what follows waits its turn', async () => {
    let failures = 0;
    const { received, deliveries } = await listener(({ type }) => {
      if (type !== 'call.ringing_stopped' || failures === 2) return { status: 200 };
      failures += 1;
      return failures === 1 ? { status: 500 } : 'break';
    });
    const callId = await conversation();
    const events = told(callId);
    const [first = '', second = '', ...rest] = events;
    await expect.poll(() => heard(received)).toEqual([first, second, second, second, ...rest]);
    const [, stopped] = await deliveries();
    expect(stopped?.attempts.map(({ http_status, error }) => http_status ?? error)).toEqual([
      500,
      'UND_ERR_SOCKET',
      200,
    ]);
  });

  it('that asks for time is given it', async () => {
    const times: number[] = [];
    const { received } = await listener(() => {
      times.push(Date.now());
      return times.length === 1
        ? { status: 429, headers: { 'retry-after': '2' } }
        : { status: 200 };
    }, ['call.ended']);
    const { from, callId } = await dial();
    await from.cancelCall({ callId }, BY);
    await expect.poll(() => received).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2_000);
  });

  it('that is gone is disabled and not told again', async () => {
    const { received, endpointId, deliveries } = await listener(() => ({ status: 410 }));
    await conversation();
    const status = async () => (await backend.getWebhookEndpoint({ endpointId })).status;
    await expect.poll(status).toBe('disabled');
    await conversation();
    expect(received).toHaveLength(1);
    expect((await deliveries()).every((each) => each.status === 'dead')).toBe(true);
  });

  it('is told again what it asks for, at once, though its last attempt was long ago', async () => {
    let works = false;
    const { received, deliveries } = await listener(
      () => ({ status: works ? 200 : 500 }),
      ['call.ended'],
    );
    const { from, callId } = await dial();
    await from.cancelCall({ callId }, BY);
    await expect.poll(() => received.length, { timeout: 60_000 }).toBe(4);
    works = true;
    const [delivery] = await deliveries();
    expect(delivery?.status).toBe('pending');
    await backend.redeliverWebhook({ deliveryId: delivery?.delivery_id ?? 0 });
    await expect.poll(async () => (await deliveries())[0]?.status).toBe('delivered');
    expect(unique(heard(received))).toEqual([`${callId}-2-1 call.ended`]);
  });
});

describe('an endpoint that hangs', () => {
  it('delays no call, no other endpoint, and nothing of another call', async () => {
    let hungs = 0;
    const hanging = await listener(({ id }) => {
      if (!id.startsWith(`${first}-`)) return { status: 200 };
      hungs += 1;
      return 'silence';
    });
    const other = await listener();
    const { from, to, callId: first } = await dial();
    await expect.poll(() => hungs).toBe(1);
    const rest = await timed(
      (async () => {
        await to.acceptCall({ callId: first }, BY);
        await from.hangupCall({ callId: first }, BY);
        const second = await conversation();
        const ofSecond = (all: readonly string[]) =>
          unique(all).filter((each) => each.startsWith(`${second}-`));
        await expect.poll(() => ofSecond(heard(other.received))).toEqual(told(second));
        await expect.poll(() => ofSecond(heard(hanging.received))).toEqual(told(second));
        const ofFirst = heard(other.received).filter((each) => each.startsWith(`${first}-`));
        expect(ofFirst.at(-1)).toBe(`${first}-3-0 call.ended`);
      })(),
    );
    console.log(`two calls and a second endpoint took ${rest.ms.toFixed(0)} ms meanwhile`);
    expect(rest.ms - rest.slackMs).toBeLessThan(14_000);
    expect(hungs).toBe(1);
  });
});
