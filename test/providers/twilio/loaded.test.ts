import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { PROJECT } from '../../support/built-product.js';

const YUNTONGXUN = {
  YUNTONGXUN_API: 'http://127.0.0.1:1',
  YUNTONGXUN_ACCOUNT_SID: 'a',
  YUNTONGXUN_ACCOUNT_TOKEN: 'b',
  YUNTONGXUN_APP_ID: 'c',
  YUNTONGXUN_PUSH_SECRET: 'a-secret-end-of-a-path',
};
const TWILIO = {
  TELEPHONY: 'twilio',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_CALLER_NUMBER: '+14155550100',
  PUBLIC_URL: 'https://calls.example.com',
};

/** Opens the phone part in a process of its own, and says whose it is and what that has loaded. */
const program = (settings: object): string => `
  import { createRequire } from 'node:module';
  import { phonePart } from './src/bin/phone-part.ts';
  import { loadConfig } from './src/config.ts';
  const part = await phonePart(loadConfig(${JSON.stringify(settings)}), {});
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  const isLoaded = loaded.some((path) => path.includes('/node_modules/twilio/'));
  console.log(part.pushes.provider, isLoaded);
  await part.stop();`;

it.each([
  ['is not loaded where another provider places the calls', YUNTONGXUN, 'yuntongxun false'],
  ['is loaded where Twilio does', TWILIO, 'twilio true'],
])('the SDK of Twilio %s', async (_what, settings, said) => {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program(settings)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PROJECT });
  expect(stdout.trim()).toBe(said);
});
