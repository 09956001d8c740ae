import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/api/create-app.js';
import { type Listening, listen } from '../../src/api/listen.js';
import { createLogger } from '../../src/observability/logger.js';
import type { CallService } from '../../src/service/call-service.js';
import type { EventStreams } from '../../src/service/event-streams.js';
import type { WebhookService } from '../../src/service/webhook-service.js';
import { send } from '../support/api-client.js';
import { authenticateForTests } from '../support/test-api.js';
import { timed } from '../support/timed.js';
import { userToken } from '../support/tokens.js';

const noStreams = {} as EventStreams;
const noWebhooks = {} as WebhookService;

interface SlowApi extends Listening {
  /** Lets the requests that wait for the service go on. */
  release(): void;
  readonly waiting: () => number;
}

/** An API whose service answers when the test says so. */
async function slowApi(): Promise<SlowApi> {
  const waiters: (() => void)[] = [];
  const service = {
    ringing: () => new Promise((resolve) => waiters.push(() => resolve([]))),
  } as unknown as CallService;
  const app = createApp({
    service,
    authenticate: authenticateForTests(),
    webhooks: noWebhooks,
    events: { streams: noStreams, keepAliveMs: 1_000, slowReaderMs: 1_000 },
    readiness: async () => ({ store: 'ok' }),
    httpStatus: 'fit',
    rateLimitPerSecond: 1_000,
    logger: createLogger({ level: 'silent' }),
  });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => listening.close(0));
  return {
    ...listening,
    waiting: () => waiters.length,
    release() {
      for (const go of waiters.splice(0)) go();
    },
  };
}

const WAIT_MS = 60_000;
async function waitFor(condition: () => boolean): Promise<void> {
  const until = Date.now() + WAIT_MS;
  while (!condition()) {
    if (Date.now() > until) throw new Error('what was waited for did not happen');
    await pause(5);
  }
}

async function open(url: string): Promise<{ socket: Socket; received: () => string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  await once(socket, 'connect');
  onTestFinished(() => void socket.destroy());
  return { socket, received: () => text };
}

it('finishes running requests, refuses new ones and closes idle connections while draining', async () => {
  const api = await slowApi();
  const token = await userToken('10001');
  const idle = await open(api.url);
  idle.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await waitFor(() => idle.received().includes('"ok"'));
  const running = send(`${api.url}/api/calls/ringing`, { token });
  await waitFor(() => api.waiting() === 1);
  const idleClosed = once(idle.socket, 'close');
  const closed = api.close(10_000);
  await idleClosed;
  await expect(send(`${api.url}/healthz`)).rejects.toThrow('fetch failed');
  api.release();
  expect(await running).toMatchObject({ status: 200, code: 0 });
  const { ms, slackMs } = await timed(closed);
  // The answered connection was kept alive by its client: it does not hold the stop up.
  expect(ms).toBeLessThan(5_000 + slackMs);
});

it('tells a probe that was on its way that it is draining, and ends its connection', async () => {
  const api = await slowApi();
  const probe = await open(api.url);
  // What came in one piece with a request that was answered has arrived as well.
  const [answered, begun] = ['GET /healthz', 'GET /readyz'].map(
    (x) => `${x} HTTP/1.1\r\nHost: x\r\n`,
  );
  probe.socket.write(`${answered}\r\n${begun}`);
  await waitFor(() => probe.received().includes('"ok"}'));
  const before = probe.received().length;
  const ended = once(probe.socket, 'close');
  const closed = api.close(10_000);
  probe.socket.write('\r\n');
  await Promise.all([closed, ended]);
  const answer = probe.received().slice(before);
  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer).toMatch(/^connection: close$/im);
  expect(answer).toContain('{"status":"draining","checks":{"store":"ok"}}');
});

it('cuts what still runs when the grace is over, and closing twice waits for the same end', async () => {
  const api = await slowApi();
  const running = send(`${api.url}/api/calls/ringing`, { token: await userToken('10001') });
  const cut = expect(running).rejects.toThrow('fetch failed');
  await waitFor(() => api.waiting() === 1);
  await Promise.all([api.close(50), api.close(60_000)]);
  await cut;
});

it('says in one line that the port is taken, naming address and PORT', async () => {
  const first = await listen(express(), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => first.close(0));
  const port = Number(new URL(first.url).port);
  await expect(listen(express(), { host: '127.0.0.1', port })).rejects.toThrow(
    `cannot listen on 127.0.0.1:${port}: the port is taken; set PORT to a free one`,
  );
});

it('says in one line that the address is not of this machine', async () => {
  await expect(listen(express(), { host: '192.0.2.1', port: 1 })).rejects.toThrow(
    'cannot listen on 192.0.2.1:1: this machine has no such address; set HOST, and PORT if needed',
  );
});
