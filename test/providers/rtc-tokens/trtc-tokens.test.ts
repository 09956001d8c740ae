import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnusableRtcName } from '../../../src/providers/rtc-tokens/names.js';
import { createTrtcTokens } from '../../../src/providers/rtc-tokens/trtc-tokens.js';
import { runs } from '../../support/runs.js';
import { readUserSigByThePage } from './page-checker.js';
import {
  NOW,
  SDK_APP_ID,
  SECRET_KEY,
  TTL_SECONDS,
  vendorPrivateMapKey,
  vendorUserSig,
} from './vendor-sig.js';

const tokens = (privateMapKey: boolean) =>
  createTrtcTokens({
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    ttlSeconds: TTL_SECONDS,
    privateMapKey,
    now: () => NOW,
  });
const plain = tokens(false);
const bound = tokens(true);

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const text = (alphabet: string, maxLength: number) =>
  fc
    .array(fc.constantFrom(...alphabet.split('')), { minLength: 1, maxLength })
    .map((chars) => chars.join(''));
const userIds = text(`${letters}_-`, 32);
const rooms = text(`${letters} !#$%&()+-:;<=.>?@[]^_{}|~,`, 64);

describe('UserSig', () => {
  it('passes the check described by the provider for a thousand random user ids', async () => {
    await fc.assert(
      fc.asyncProperty(userIds, async (userId) => {
        const { token, expiresAt } = await plain.mint({ userId, room: 'call_5001_1001' });
        const read = readUserSigByThePage(token, SECRET_KEY);
        expect(read.signatureHolds).toBe(true);
        expect(read.fields).toMatchObject({
          'TLS.ver': '2.0',
          'TLS.identifier': userId,
          'TLS.sdkappid': SDK_APP_ID,
          'TLS.time': Math.floor(NOW / 1000),
          'TLS.expire': TTL_SECONDS,
        });
        expect(expiresAt).toBe(
          (Number(read.fields['TLS.time']) + Number(read.fields['TLS.expire'])) * 1000,
        );
      }),
      { numRuns: runs(1000) },
    );
  });

  it("is the vendor library's own, to the character", async () => {
    await fc.assert(
      fc.asyncProperty(userIds, async (userId) => {
        const { token } = await plain.mint({ userId, room: 'call_5001_1001' });
        expect(token).toBe(vendorUserSig(userId));
      }),
      { numRuns: runs(200) },
    );
  });

  it('carries no room right unless it is asked for', async () => {
    const { token } = await plain.mint({ userId: '10001', room: 'call_5001_1001' });
    expect(readUserSigByThePage(token, SECRET_KEY).names).toEqual([
      'TLS.ver',
      'TLS.identifier',
      'TLS.sdkappid',
      'TLS.time',
      'TLS.expire',
      'TLS.sig',
    ]);
  });

  it('expires a whole number of seconds after the second it was issued in', async () => {
    const { expiresAt } = await plain.mint({ userId: '10001', room: 'call_5001_1001' });
    expect(new Date(expiresAt).toISOString()).toBe('2026-07-06T10:05:10.000Z');
  });

  it('names the application as text', () => {
    expect(plain.appId).toBe('1400000000');
  });
});

describe('PrivateMapKey', () => {
  it("is the vendor library's own for any user and string room, to the character", async () => {
    await fc.assert(
      fc.asyncProperty(userIds, rooms, async (userId, room) => {
        const { token } = await bound.mint({ userId, room });
        expect(token).toBe(vendorPrivateMapKey(userId, room));
      }),
      { numRuns: runs(500) },
    );
  });

  it('has the documented bytes: string room, application, absolute expiry, all privileges', async () => {
    const { token } = await bound.mint({ userId: '10001', room: 'call_5001_1001' });
    const { fields, signatureHolds } = readUserSigByThePage(token, SECRET_KEY);
    const expiry = (Math.floor(NOW / 1000) + TTL_SECONDS).toString(16);
    expect(signatureHolds).toBe(true);
    expect(Buffer.from(String(fields['TLS.userbuf']), 'base64').toString('hex')).toBe(
      [
        '01',
        '0005',
        Buffer.from('10001').toString('hex'),
        '53724e00',
        '00000000',
        expiry,
        '000000ff',
        '00000000',
        '000e',
        Buffer.from('call_5001_1001').toString('hex'),
      ].join(''),
    );
  });
});

describe('names', () => {
  it('refuses a user id of 33 characters and takes one of 32', async () => {
    const mint = (userId: string) => plain.mint({ userId, room: 'call_5001_1001' });
    await expect(mint('u'.repeat(33))).rejects.toThrow(UnusableRtcName);
    await expect(mint('u'.repeat(32))).resolves.toHaveProperty('token');
  });

  it.each(['', 'a b', 'a.b', '用户', 'a\n', 'a@b'])('refuses the user id %j', async (userId) => {
    await expect(plain.mint({ userId, room: 'call_5001_1001' })).rejects.toThrow(UnusableRtcName);
  });

  it.each(['', 'room-中文', 'a"b', 'a\\b', 'r'.repeat(65)])('refuses the room %j', async (room) => {
    await expect(bound.mint({ userId: '10001', room })).rejects.toThrow(UnusableRtcName);
  });

  it('does not repeat a refused user id in its message', async () => {
    await expect(plain.mint({ userId: '+8613900000000', room: 'r' })).rejects.toThrow(
      /^(?!.*13900000000)/,
    );
  });
});
