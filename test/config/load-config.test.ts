import { describe, expect, it } from 'vitest';
import { InvalidConfig, loadConfig } from '../../src/config.js';

const mistakesOf = (env: NodeJS.ProcessEnv): string[] => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof InvalidConfig) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('the configuration', () => {
  it('has a default for everything but keys, and takes a blank for unset', () => {
    const config = loadConfig({ PORT: ' ', HOST: '' });
    expect(config).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', CALLS_RING_TIMEOUT_SECONDS: 30 });
    expect(config.DATABASE_URL).toBeUndefined();
    expect(config.TENCENT_ADMINISTRATORS).toEqual(['administrator', 'admin']);
  });

  it('lists all mistakes together: wrong values and settings that need each other', () => {
    const mistakes = mistakesOf({
      PORT: '99999',
      MEDIA_REPORTS: 'sometimes',
      TRTC_SDK_APP_ID: '1400000000',
      PERMISSION_HOOK_URL: 'http://127.0.0.1/may-call',
    });
    expect(mistakes.map((line) => line.split(':')[0])).toEqual([
      'PORT',
      'MEDIA_REPORTS',
      'TRTC_SDK_APP_ID, TRTC_SECRET_KEY',
      'PERMISSION_HOOK_SECRET',
    ]);
  });

  it('lists missing keys with everything else, where a deployment must bring them', () => {
    expect(() => loadConfig({ PORT: 'http' }, { keys: true })).toThrow(
      [
        'PORT: must be a whole number from 0 to 65535',
        'AUTH_JWT_SECRET or AUTH_JWT_PUBLIC_KEY: needed to verify tokens',
        'TRTC_SDK_APP_ID, TRTC_SECRET_KEY: needed to mint RTC tokens',
      ].join('\n'),
    );
  });

  it.each([
    ['TRTC_SDK_APP_ID', '4294967296'],
    ['PERMISSION_HOOK_SECRET', 'whsec_not base64'],
    ['AUTH_JWT_SECRET', 'too short'],
    ['DATABASE_URL', 'mysql://127.0.0.1/db'],
    ['CALLS_RING_TIMEOUT_SECONDS', '601'],
    ['STORE_KEYS', 'a:c2hvcnQ='],
    ['TWILIO_ACCOUNT_SID', 'SK0123456789abcdef0123456789abcdef'],
    ['TWILIO_CALLER_NUMBER', '4155550100'],
    ['TELEPHONY', 'pigeon'],
  ])('refuses %s=%s', (name, value) => {
    expect(mistakesOf({ [name]: value, TRTC_SECRET_KEY: 'k' }).join()).toContain(name);
  });

  it('takes Twilio only whole, and Yuntongxun unless told otherwise', () => {
    expect(loadConfig({})).toMatchObject({ TELEPHONY: 'yuntongxun', PHONE_CONFIRM_CALLER: 'key' });
    const twilio = {
      TELEPHONY: 'twilio',
      TWILIO_ACCOUNT_SID: 'AC0123456789abcdef0123456789abcdef',
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_CALLER_NUMBER: '+14155550100',
      PUBLIC_URL: 'https://calls.example.com',
    };
    expect(mistakesOf(twilio)).toEqual([]);
    for (const name of Object.keys(twilio).slice(1)) {
      expect(mistakesOf({ ...twilio, [name]: '' }).join()).toContain(
        'needed with TELEPHONY=twilio',
      );
    }
    const { TELEPHONY: _twilio, ...unused } = twilio;
    expect(mistakesOf(unused)).toEqual(['TWILIO_ACCOUNT_SID: is used with TELEPHONY=twilio alone']);
    for (const PUBLIC_URL of [
      'http://calls.example.com',
      'https://a.example/?b=1',
      'https://a.example/#b',
    ]) {
      expect(mistakesOf({ ...twilio, PUBLIC_URL }).join()).toContain(
        'PUBLIC_URL: with TELEPHONY=twilio',
      );
    }
    expect(mistakesOf({ ...twilio, PUBLIC_URL: 'http://127.0.0.1:3000' })).toEqual([]);
  });

  it('reads the keys of the store, the one that seals first, and has none unless told', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const { STORE_KEYS } = loadConfig({ STORE_KEYS: `new:${key},old:${key}` });
    expect(STORE_KEYS.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(loadConfig({}).STORE_KEYS).toEqual([]);
  });

  it('reads networks with blanks around them, and refuses what is none', () => {
    const networks = '10.0.0.0/8, fd00::/8,';
    const { WEBHOOK_ALLOWED_NETWORKS } = loadConfig({ WEBHOOK_ALLOWED_NETWORKS: networks });
    expect(WEBHOOK_ALLOWED_NETWORKS).toEqual(['10.0.0.0/8', 'fd00::/8']);
    expect(mistakesOf({ WEBHOOK_ALLOWED_NETWORKS: '10.0.0.0/8,10.0.0.1/33' })).toEqual([
      'WEBHOOK_ALLOWED_NETWORKS: must be networks such as 10.0.0.0/8, with commas',
    ]);
  });

  it('refuses two kinds of keys for one kind of token', () => {
    const keys = { AUTH_JWT_SECRET: 'x'.repeat(32), AUTH_JWT_PUBLIC_KEY: 'pem' };
    expect(mistakesOf(keys)).toEqual(['AUTH_JWT_SECRET, AUTH_JWT_PUBLIC_KEY: give one of the two']);
  });
});
