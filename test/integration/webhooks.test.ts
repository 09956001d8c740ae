import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Client, createClient } from '../../src/client/create-client.js';
import type { DataOf } from '../../src/contract/routes.js';
import { parseWireJson } from '../../src/contract/wire-json.js';
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
      WEBHOOK_RETRY_SECONDS: '0,0.2,0.4,0.8,3',
    },
  });
  backend = createClient({ baseUrl: stack.url, token: await serviceToken() });
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

/** As `/metrics` has them. */
async function losses(): Promise<{ readonly dead: number; readonly gone: number }> {
  const text = await (await fetch(`${stack.url}/metrics`)).text();
  const count = (name: string) => Number(text.match(new RegExp(`^${name} (\\d+)$`, 'm'))?.[1]);
  return {
    dead: count('webhook_deliveries_dead_total'),
    gone: count('webhook_endpoints_gone_total'),
  };
}

let lastUser = 70_000;
const user = () => String(++lastUser);
const BY = { terminal_id: 'phone' };
const CREATE = { conversation_id: 1, call_type: 'audio', biz_type: 'single', ...BY } as const;

type CallEvent = DataOf<'listCallEvents'>['events'][number];
/** Each is sent at its own time. */
const untimed = ({ server_time: _at, ...event }: CallEvent) => event;

interface Listener {
  readonly endpointId: string;
  readonly secrets: string[];
  readonly received: readonly ReceivedWebhook[];
  refused(): number;
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
    secrets,
    received: receiver.received,
    refused: receiver.refused,
    deliveries: async () =>
      (await backend.listWebhookDeliveries({ endpoint_id })).deliveries.toReversed(),
  };
}

async function dial() {
  const [caller, callee] = [user(), user()];
  const [from, to] = [await stack.insistently(caller), await stack.insistently(callee)];
  const { call_id } = await from.createCall({ ...CREATE, target_user_id: Number(callee) });
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

  it('that is gone is disabled and not told again, and counted once', async () => {
    const { dead, gone } = await losses();
    const { received, endpointId, deliveries } = await listener(() => ({ status: 410 }));
    await conversation();
    const status = async () => (await backend.getWebhookEndpoint({ endpointId })).status;
    await expect.poll(status).toBe('disabled');
    await conversation();
    expect(received).toHaveLength(1);
    expect((await deliveries()).every((each) => each.status === 'dead')).toBe(true);
    expect(await losses()).toEqual({ dead, gone: gone + 1 });
  });

  it('that never takes it is not told any more, unless it asks for it again', async () => {
    let works = false;
    const { received, deliveries } = await listener(
      () => ({ status: works ? 200 : 500 }),
      ['call.ended'],
    );
    const before = await losses();
    const { from, callId } = await dial();
    await from.cancelCall({ callId }, BY);
    await expect.poll(async () => (await deliveries())[0]?.status).toBe('dead');
    await expect.poll(losses).toEqual({ ...before, dead: before.dead + 1 });
    const [dead] = await deliveries();
    const attempts = dead?.attempts ?? [];
    expect(dead?.next_attempt_at).toBeNull();
    // Five, or fewer where a busy machine was too late for them.
    expect(attempts.length).toBeGreaterThan(2);
    for (const { at, duration_ms, ...rest } of attempts) {
      expect(rest).toEqual({ http_status: 500, error: null, response_excerpt: '' });
      expect(duration_ms).toBeGreaterThanOrEqual(0);
      expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000);
    }
    works = true;
    await backend.redeliverWebhook({ deliveryId: Number(dead?.delivery_id) });
    await expect.poll(async () => (await deliveries())[0]?.status).toBe('delivered');
    expect(received).toHaveLength(attempts.length + 1);
    expect(unique(heard(received))).toEqual([`${callId}-2-1 call.ended`]);
  });

  it('whose secret is exchanged believes the old one and the new one, each alone', async () => {
    const { secrets, received, refused, endpointId } = await listener(undefined, ['call.ended']);
    const { secret } = await backend.rotateWebhookSecret({ endpointId }, {});
    const cancelled = async () => {
      const { from, callId } = await dial();
      await from.cancelCall({ callId }, BY);
      return `${callId}-2-1 call.ended`;
    };
    const first = await cancelled();
    await expect.poll(() => heard(received)).toEqual([first]);
    secrets.splice(0, 1, secret);
    const second = await cancelled();
    await expect.poll(() => heard(received)).toEqual([first, second]);
    expect(refused()).toBe(0);
  });

  it('hears what the device hears: whom a call comes in for, until when, by which clock', async () => {
    const { received } = await listener(undefined, ['call.incoming', 'call.ringing_stopped']);
    const [caller, callee] = [user(), user()];
    const [from, to] = [await stack.insistently(caller), await stack.insistently(callee)];
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const events = to.streamEvents({ terminal_id: 'tablet' }, { signal: stop.signal });
    const next = async () => (await events.next()).value?.event as CallEvent;
    expect(await next()).toMatchObject({ type: 'stream.opened' });
    const { call_id } = await from.createCall({ ...CREATE, target_user_id: Number(callee) });
    const incoming = await next();
    await from.cancelCall({ callId: Number(call_id) }, BY);
    const told = [incoming, await next()];
    expect(told).toMatchObject([
      { type: 'call.incoming', user_id: callee, reason: null },
      { type: 'call.ringing_stopped', user_id: callee, reason: 'cancelled' },
    ]);
    const ring = Date.parse(incoming.ring_expires_at) - Date.parse(incoming.at);
    expect(ring).toBeGreaterThanOrEqual(29_000);
    expect(ring).toBeLessThanOrEqual(31_000);
    expect(Date.parse(incoming.server_time)).toBeGreaterThanOrEqual(Date.parse(incoming.at));
    await expect.poll(() => received).toHaveLength(2);
    const posted = received.map(({ body }) => parseWireJson(body) as { data: CallEvent });
    expect(posted.map(({ data }) => untimed(data))).toEqual(told.map(untimed));
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
