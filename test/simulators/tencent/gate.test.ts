import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { Api } from 'tls-sig-api-v2';
import { describe, expect, it } from 'vitest';
import { userSigFault } from '../../../src/simulators/tencent/user-sig-check.js';
import { runs } from '../../support/runs.js';
import {
  DELETE_CALLBACK,
  END,
  FILTER,
  GET_CALLBACK,
  INFO,
  post,
  RECORD,
  SDK_APP_ID,
  SECRET_KEY,
  SET_CALLBACK,
  START,
  send,
  simulator,
  startBody,
  started,
  vendor,
} from './fixtures.js';

const packed = (text: string) =>
  deflateSync(text)
    .toString('base64')
    .replaceAll('+', '*')
    .replaceAll('/', '-')
    .replaceAll('=', '_');

describe('a request', () => {
  const sigOf = (identifier: string) => vendor.genUserSig(identifier, 86_400);

  it.each<[number, string, Record<string, string | undefined>]>([
    [60012, 'no sdkappid', { sdkappid: undefined }],
    [70020, 'another sdkappid', { sdkappid: '88888889' }],
    [60025, 'no random', { random: undefined }],
    [60025, 'a random beyond 32 bits', { random: '4294967296' }],
    [60025, 'no content type', { contenttype: undefined }],
    [60025, 'no identifier', { identifier: undefined }],
    [70003, 'no UserSig', { usersig: undefined }],
    [70003, 'an unreadable UserSig', { usersig: 'xxx' }],
    [70003, 'a UserSig of another version', { usersig: packed('{"TLS.ver":"1.0"}') }],
    [70001, 'an expired UserSig', { usersig: vendor.genUserSig('administrator', -1) }],
    [70009, 'a UserSig of another key', { usersig: new Api(SDK_APP_ID, 'k').genUserSig('a', 60) }],
    [70013, "somebody else's UserSig", { usersig: sigOf('admin') }],
    [70014, 'a UserSig of another app', { usersig: new Api(1, SECRET_KEY).genUserSig('a', 60) }],
    [60010, 'an identifier without rights', { identifier: 'jack', usersig: sigOf('jack') }],
    [101004, 'nothing to object to', {}],
    [101004, 'the other administrator', { identifier: 'admin', usersig: sigOf('admin') }],
    [101004, 'the highest random', { random: '4294967295' }],
  ])('is answered %i with %s', async (code, _, change) => {
    expect(await post(await simulator(), INFO, { CallId: 'x' }, change)).toMatchObject({
      ActionStatus: 'FAIL',
      ErrorCode: code,
      RequestId: expect.stringMatching(/^Id-[0-9a-f]{32}-O-Seq-\d+$/),
    });
  });

  it.each([START, INFO, END, RECORD, FILTER, SET_CALLBACK, GET_CALLBACK, DELETE_CALLBACK])(
    'is answered 70009, and does nothing, when its UserSig is of another key: %s',
    async (command) => {
      const callbackUrl = 'http://127.0.0.1:9/callbacks';
      const running = await simulator({ callbackUrl, recordDelayMs: 0 });
      const CallId = await started(running);
      const forged = { usersig: new Api(SDK_APP_ID, 'k').genUserSig('administrator', 60) };
      const body = {
        ...startBody(['kim']),
        CallId,
        Url: 'http://127.0.0.1:9/',
        CallbackCommandList: [],
      };
      expect(await post(running, command, body, forged)).toEqual({
        ActionStatus: 'FAIL',
        ErrorCode: 70009,
        ErrorInfo: expect.any(String) as string,
        RequestId: expect.any(String) as string,
      });
      const { calls, requests } = running.control.ledger();
      expect(calls.map(({ id, endedAt }) => [id, endedAt])).toEqual([[CallId, undefined]]);
      expect(requests).toEqual({ start_call_by_robot: 1 });
      expect(await post(running, GET_CALLBACK, {})).toMatchObject({
        Response: { Url: callbackUrl },
      });
    },
  );

  it.each(['', 'not JSON', '[]', 'null'])('is answered 60003 with the body %j', async (body) => {
    const { url } = await simulator();
    expect(await (await send(url, INFO, body)).json()).toMatchObject({ ErrorCode: 60003 });
  });

  it('is answered 60009 when there is no such command, 60002 when it is no POST', async () => {
    const running = await simulator();
    expect(await post(running, 'openim/sendmsg', {})).toMatchObject({ ErrorCode: 60009 });
    const got = await fetch(`${running.url}/v4/${INFO}`);
    expect(got.status).toBe(200);
    expect(await got.json()).toMatchObject({ ErrorCode: 60002 });
  });

  it('is answered 60007 beyond the rate of its command, until a second has passed', async () => {
    const running = await simulator({ ratePerSecond: 1 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => post(running, INFO, { CallId: 'x' })),
    );
    const codes = answers.map(({ ErrorCode }) => ErrorCode);
    expect(new Set(codes)).toEqual(new Set([101004, 60007]));
    await expect
      .poll(async () => (await post(running, INFO, { CallId: 'x' })).ErrorCode)
      .toBe(101004);
  });
});

describe('the check of a UserSig', () => {
  const expected = (identifier: string) => ({
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    identifier,
    now: Date.now(),
  });
  const identifiers = fc
    .array(fc.constantFrom(...'abcXYZ019_-'.split('')), { minLength: 1, maxLength: 32 })
    .map((chars) => chars.join(''));

  it('passes what the vendor library signs, with and without a room right', () => {
    fc.assert(
      fc.property(identifiers, (identifier) => {
        const plain = vendor.genUserSig(identifier, 60);
        const bound = vendor.genPrivateMapKeyWithStringRoomID(identifier, 60, 'room', 255);
        expect(userSigFault(plain, expected(identifier))).toBeUndefined();
        expect(userSigFault(bound, expected(identifier))).toBeUndefined();
      }),
      { numRuns: runs(300) },
    );
  });

  it('fails when any signed field is rewritten', () => {
    const fields = {
      'TLS.ver': '2.0',
      'TLS.identifier': 'administrator',
      'TLS.sdkappid': SDK_APP_ID,
      'TLS.time': Math.floor(Date.now() / 1000),
      'TLS.expire': 60,
      'TLS.sig': 'AAAA',
    };
    expect(userSigFault(packed(JSON.stringify(fields)), expected('administrator'))).toBe(70009);
  });
});
