import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { phonePart } from '../../../src/bin/phone-part.js';
import { loadConfig } from '../../../src/config.js';

const isSdkLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((path) =>
    path.includes('/node_modules/twilio/'),
  );
const directory = { find: async () => undefined };

it('the SDK is loaded where Twilio places the calls, and nowhere else', async () => {
  const other = await phonePart(
    loadConfig({
      YUNTONGXUN_API: 'http://127.0.0.1:1',
      YUNTONGXUN_ACCOUNT_SID: 'a',
      YUNTONGXUN_ACCOUNT_TOKEN: 'b',
      YUNTONGXUN_APP_ID: 'c',
      YUNTONGXUN_PUSH_SECRET: 'a-secret-end-of-a-path',
    }),
    directory,
  );
  expect(other?.pushes.provider).toBe('yuntongxun');
  expect(isSdkLoaded()).toBe(false);
  await other?.stop();
  const twilio = await phonePart(
    loadConfig({
      TELEPHONY: 'twilio',
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_CALLER_NUMBER: '+14155550100',
      PUBLIC_URL: 'https://calls.example.com',
      PHONE_REGION: 'US',
    }),
    directory,
  );
  expect(twilio?.pushes.provider).toBe('twilio');
  expect(isSdkLoaded()).toBe(true);
  await twilio?.stop();
});
