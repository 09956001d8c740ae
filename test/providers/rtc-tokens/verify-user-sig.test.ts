import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTrtcTokens } from '../../../src/providers/rtc-tokens/trtc-tokens.js';
import { verifyUserSig } from '../../../src/providers/rtc-tokens/verify-user-sig.js';
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

const verify = (
  userSig: string,
  changes: { now?: number; secretKey?: string; app?: number } = {},
) =>
  verifyUserSig(userSig, {
    sdkAppId: changes.app ?? SDK_APP_ID,
    secretKey: changes.secretKey ?? SECRET_KEY,
    now: changes.now ?? NOW,
  });
const invalid = (fault: string) => ({ kind: 'invalid', fault });

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-_';
const userIds = fc
  .array(fc.constantFrom(...'abcXYZ019_-'.split('')), { minLength: 1, maxLength: 32 })
  .map((chars) => chars.join(''));

const pack = (content: string | Buffer) =>
  deflateSync(content)
    .toString('base64')
    .replace(/[+/=]/g, (char) => ({ '+': '*', '/': '-', '=': '_' })[char] ?? char);
const fieldsOf = (userSig: string) => readUserSigByThePage(userSig, SECRET_KEY).fields;
const repacked = (changes: Record<string, unknown>) =>
  pack(JSON.stringify({ ...fieldsOf(vendorUserSig('10001')), ...changes }));

describe('verifyUserSig', () => {
  it('accepts what the vendor library issues, for a thousand random user ids', () => {
    fc.assert(
      fc.property(userIds, (userId) => {
        expect(verify(vendorUserSig(userId))).toEqual({
          kind: 'valid',
          claims: {
            userId,
            sdkAppId: SDK_APP_ID,
            time: Math.floor(NOW / 1000),
            expire: TTL_SECONDS,
          },
          expiresAt: (Math.floor(NOW / 1000) + TTL_SECONDS) * 1000,
        });
      }),
      { numRuns: runs(1000) },
    );
  });

  it('accepts the room right of the vendor library and what we mint ourselves', async () => {
    const own = createTrtcTokens({
      sdkAppId: SDK_APP_ID,
      secretKey: SECRET_KEY,
      ttlSeconds: TTL_SECONDS,
      privateMapKey: true,
      now: () => NOW,
    });
    const { token, expiresAt } = await own.mint({ userId: '10001', room: 'call_5001_1001' });
    const check = verify(token);
    expect(check).toMatchObject({ kind: 'valid', expiresAt, claims: { userId: '10001' } });
    expect(verify(vendorPrivateMapKey('10001', 'call_5001_1001'))).toEqual(check);
  });

  it('accepts numbers that another SDK wrote as text', () => {
    const asText = String(fieldsOf(vendorUserSig('10001'))['TLS.time']);
    expect(verify(repacked({ 'TLS.time': asText }))).toMatchObject({ kind: 'valid' });
  });

  it('accepts any compression level', () => {
    const json = JSON.stringify(fieldsOf(vendorUserSig('10001')));
    const verdicts = [0, 1, 9].map((level) => {
      const base64 = deflateSync(json, { level }).toString('base64');
      return verify(base64.replaceAll('+', '*').replaceAll('/', '-').replaceAll('=', '_')).kind;
    });
    expect(verdicts).toEqual(['valid', 'valid', 'valid']);
  });
});

describe('an altered UserSig', () => {
  it('fails whichever character is replaced by whichever other', () => {
    const userSig = vendorUserSig('10001');
    const passed = userSig.split('').flatMap((original, at) =>
      [...ALPHABET.split(''), '+', '/', '=', ' ', '%', 'é']
        .filter((other) => other !== original)
        .map((other) => userSig.slice(0, at) + other + userSig.slice(at + 1))
        .filter((altered) => verify(altered).kind === 'valid'),
    );
    expect(passed).toEqual([]);
  });

  it('fails at a random place for a thousand random user ids', () => {
    fc.assert(
      fc.property(
        userIds,
        fc.nat(),
        fc.constantFrom(...ALPHABET.split('')),
        (userId, place, other) => {
          const userSig = vendorUserSig(userId);
          const at = place % userSig.length;
          fc.pre(userSig[at] !== other);
          const altered = userSig.slice(0, at) + other + userSig.slice(at + 1);
          expect(verify(altered)).toHaveProperty('kind', 'invalid');
        },
      ),
      { numRuns: runs(1000) },
    );
  });

  it('fails when a character is missing or added anywhere', () => {
    const userSig = vendorUserSig('10001');
    const verdicts = [...userSig.split(''), ''].flatMap((_, at) => [
      ...(at < userSig.length ? [userSig.slice(0, at) + userSig.slice(at + 1)] : []),
      `${userSig.slice(0, at)}A${userSig.slice(at)}`,
    ]);
    expect(verdicts.filter((altered) => verify(altered).kind === 'valid')).toEqual([]);
  });

  it('fails when bytes follow the compressed text', () => {
    const json = JSON.stringify(fieldsOf(vendorUserSig('10001')));
    const trailing = Buffer.concat([deflateSync(json), Buffer.from('abc')]).toString('base64');
    const escaped = trailing.replaceAll('+', '*').replaceAll('/', '-').replaceAll('=', '_');
    expect(verify(escaped)).toEqual(invalid('malformed'));
  });

  it.each([
    ['TLS.identifier', '10002'],
    ['TLS.time', Math.floor(NOW / 1000) + 1],
    ['TLS.expire', TTL_SECONDS + 1],
    ['TLS.userbuf', 'AAAA'],
    ['TLS.sig', ''],
  ])('is forged when %s is rewritten', (field, value) => {
    expect(verify(repacked({ [field]: value }))).toEqual(invalid('forged'));
  });
});

describe('a UserSig that is not ours to accept', () => {
  const userSig = vendorUserSig('10001');
  const expiresAt = (Math.floor(NOW / 1000) + TTL_SECONDS) * 1000;

  it('is expired from the second that it names, and not before', () => {
    expect(verify(userSig, { now: expiresAt - 1 })).toHaveProperty('kind', 'valid');
    expect(verify(userSig, { now: expiresAt })).toEqual(invalid('expired'));
  });

  it('is forged when it was signed with another key', () => {
    expect(verify(userSig, { secretKey: `${SECRET_KEY}0` })).toEqual(invalid('forged'));
  });

  it('belongs to another application', () => {
    expect(verify(userSig, { app: SDK_APP_ID + 1 })).toEqual(invalid('other-app'));
  });

  it('is malformed when it inflates beyond the cap, however short it is', () => {
    const bomb = JSON.stringify({ ...fieldsOf(userSig), padding: ' '.repeat(100_000) });
    expect(pack(bomb).length).toBeLessThan(1_000);
    expect(verify(pack(bomb))).toEqual(invalid('malformed'));
    const small = JSON.stringify({ ...fieldsOf(userSig), padding: ' '.repeat(1_000) });
    expect(verify(pack(small))).toHaveProperty('kind', 'valid');
  });

  it.each([
    ['nothing', ''],
    ['plain text', 'hello'],
    ['percent-escapes', '%2A%2D'],
    ['a huge text', 'A'.repeat(1_000_000)],
    ['compressed noise', pack('not json')],
    ['another version', repacked({ 'TLS.ver': '1.0' })],
    ['no signature', repacked({ 'TLS.sig': undefined })],
    ['a negative duration', repacked({ 'TLS.expire': -1 })],
    ['an array', pack('[]')],
    ['null', pack('null')],
  ])('is malformed when it is %s', (_, text) => {
    expect(verify(text)).toEqual(invalid('malformed'));
  });
});
