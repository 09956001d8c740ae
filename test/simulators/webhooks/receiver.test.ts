import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import { startWebhookReceiver } from '../../../src/simulators/webhooks/receiver.js';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const BODY = '{"type":"call.ended"}';

async function receiver() {
  const heard: string[] = [];
  const started = await startWebhookReceiver({
    secrets: () => [SECRET],
    reply: ({ id }) => ({ status: id === 'bad' ? 500 : 200 }),
    onWebhook: ({ id }) => void heard.push(id),
  });
  onTestFinished(() => started.stop());
  const post = (id: string, at: Date, body = BODY) =>
    fetch(started.url, {
      method: 'POST',
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(SECRET).sign(id, at, BODY),
      },
      body,
    }).then(({ status }) => status);
  return { ...started, heard, post };
}

it('believes what the official library signs, and tells what it answered with success', async () => {
  const { received, heard, post } = await receiver();
  expect(await post('good', new Date())).toBe(200);
  expect(await post('bad', new Date())).toBe(500);
  expect(received.map(({ id, type }) => `${id} ${type}`)).toEqual([
    'good call.ended',
    'bad call.ended',
  ]);
  expect(heard).toEqual(['good']);
});

it('believes nothing that was changed, is old, or has no signature', async () => {
  const { refused, received, url, post } = await receiver();
  expect(await post('changed', new Date(), '{"type":"call.other"}')).toBe(401);
  expect(await post('old', new Date(Date.now() - 600_000))).toBe(401);
  expect(await fetch(url, { method: 'POST', body: BODY }).then(({ status }) => status)).toBe(401);
  expect(refused()).toBe(3);
  expect(received).toEqual([]);
});
