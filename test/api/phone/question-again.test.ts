import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../src/api/listen.js';
import { phoneWebhook } from '../../../src/api/webhooks/phone.js';
import type { PhonePushes, ReadPush } from '../../../src/ports/phone-pushes.js';
import type { Heard } from '../../../src/service/phone/hear-push.js';

const said = (body: string) => ({ contentType: 'text/plain', body });
const QUESTION: ReadPush = {
  push: { kind: 'auth', providerCallId: 'a', reports: [] },
  acknowledge: (allow) => said(allow ? 'yes' : 'no'),
};
const AGAIN: ReadPush = { ...QUESTION, askAgain: said('ask again') };

/** What the provider is told that asked, as its question was heard. */
async function answerTo(read: ReadPush, heard: Heard) {
  const pushes: PhonePushes = { provider: 'one', admits: () => true, read: () => read };
  const app = express().use(phoneWebhook({ pushes, hear: async () => heard }));
  const { url, close } = await listen(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => close(0));
  const answer = await fetch(`${url}/webhooks/one/key/name`, { method: 'POST' });
  return { status: answer.status, text: await answer.text() };
}

it.each<[what: string, read: ReadPush, heard: Heard, status: number, text: string]>([
  ['yes', AGAIN, { isTaken: true, allow: true }, 200, 'yes'],
  ['no', AGAIN, { isTaken: true, allow: false }, 200, 'no'],
  ['to ask again', AGAIN, { isTaken: true, allow: undefined }, 200, 'ask again'],
  ['to ask again, unheard', AGAIN, { isTaken: false, allow: undefined }, 200, 'ask again'],
  ['no where it cannot be told to', QUESTION, { isTaken: true, allow: undefined }, 200, 'no'],
  ['that it was not heard', QUESTION, { isTaken: false, allow: undefined }, 503, ''],
])('who asks whether to dial is told %s', async (_what, read, heard, status, text) => {
  expect(await answerTo(read, heard)).toEqual({ status, text });
});
