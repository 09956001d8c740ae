import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { isAlive, type KnownProcess } from '../../src/engine/embedded/end-process.js';
import { freePort } from '../support/free-port.js';
import { timed } from '../support/timed.js';
import {
  startEverything,
  startServing,
  type Workplace,
  workplaceInUse,
} from '../support/workplace.js';
import { beginRequest, postInTwoParts } from './slow-request.js';
import { printedToken } from './users.js';

async function workplace(): Promise<Workplace> {
  const place = await workplaceInUse();
  onTestFinished(() => place.remove());
  return place;
}

async function temporalServerOf(place: Workplace): Promise<KnownProcess> {
  const server = await place.temporalServer();
  if (server === undefined) throw new Error('no embedded server runs');
  return server;
}

it('ends cleanly on SIGINT in the middle of the first calls', async () => {
  const place = await workplace();
  const product = await place.start(['start']);
  await product.until(/rings for 2 s/);
  const temporal = await temporalServerOf(place);

  product.signal('SIGINT');
  const ended = await product.ended();

  expect(ended).toEqual({ code: 0, signal: null });
  expect(product.stdout()).not.toContain('Two terminals');
  expect(product.stderr()).toBe('');
  expect(isAlive(temporal)).toBe(false);
});

it('ends at once on a second SIGINT, whatever it waits for', async () => {
  const place = await workplace();
  const product = await startServing(place);
  const token = await printedToken(place, '--user', '10001');
  const [neverFinished] = postInTwoParts('/api/calls/1/accept', token, { terminal_id: 'phone-1' });
  await beginRequest(place.apiUrl, neverFinished);
  product.signal('SIGINT');
  await product.until(/^Stopping\.$/m);
  await sleep(1_000);
  const stillWaiting = product.runs();

  product.signal('SIGINT');
  const { answer: ended, ms } = await timed(product.ended());

  expect(stillWaiting).toBe(true);
  expect(ended).toEqual({ code: 1, signal: null });
  // Otherwise it would wait for ten.
  expect(ms).toBeLessThan(5_000);
});

it('ends within seconds when it is told to stop before it is up', async () => {
  const place = await workplace();
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const called = once(silent, 'connection') as Promise<[Socket]>;
  const product = await place.start(['serve'], {
    AUTH_JWT_SECRET: 'a secret for tests, long enough for HS256',
    TRTC_SDK_APP_ID: '1400000001',
    TRTC_SECRET_KEY: 'a key for tests',
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
  });
  const [call] = await called;
  onTestFinished(() => void call.destroy());
  expect(product.runs()).toBe(true);

  product.signal('SIGTERM');
  const { answer: ended, ms } = await timed(product.ended());

  expect(ended).toEqual({ code: 0, signal: null });
  // Temporal would be waited for twenty.
  expect(ms).toBeLessThan(10_000);
});

it('stays up when the first calls are refused, and says why', async () => {
  const place = await workplace();
  const product = await startEverything(place, {
    PERMISSION_HOOK_URL: `http://127.0.0.1:${await freePort()}/`,
    PERMISSION_HOOK_SECRET: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3',
  });

  expect(product.stdout()).toContain('broken off: temporarily unavailable');
  await expect.poll(async () => (await fetch(`${place.apiUrl}/readyz`)).status).toBe(200);
});
