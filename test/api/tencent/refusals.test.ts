import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aStartBody,
  type RobotBackend,
  robotBackend,
  userSig,
} from '../../support/robot-backend.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { aGate, ENGINE, envelopeOf, goodQuery, placeIt, sendRaw } from './fixtures.js';

let api: TestApi;
let backend: RobotBackend;
beforeAll(async () => {
  api = await startTestApi({ gate: aGate() });
  api.engine.onPlace = placeIt;
  backend = robotBackend(api.url);
});
afterAll(() => api.stop());

const COMMANDS = ['start_call_by_robot', 'get_call_info', 'end_call'];
const OTHER_KEY = '6bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e';

/** In the order of the checks: each has what the later ones complain of as well. */
const QUERIES: readonly (readonly [code: number, query: Record<string, string | undefined>])[] = [
  [60012, { sdkappid: undefined, random: '-1', usersig: 'x', identifier: 'jack' }],
  [70020, { sdkappid: '88888889', random: '-1', usersig: 'x', identifier: 'jack' }],
  [70020, { sdkappid: '088888888', random: '-1', usersig: 'x', identifier: 'jack' }],
  [60025, { random: undefined, usersig: 'x', identifier: 'jack' }],
  [60025, { random: '4294967296', usersig: 'x', identifier: 'jack' }],
  [60025, { random: '1.5', usersig: 'x', identifier: 'jack' }],
  [60025, { random: '', usersig: 'x', identifier: 'jack' }],
  [70003, { usersig: undefined, identifier: 'jack' }],
  [70003, { usersig: 'xxx', identifier: 'jack' }],
  [70014, { usersig: userSig('jack', { appId: 88888889, key: OTHER_KEY }), identifier: 'bob' }],
  [70009, { usersig: userSig('jack', { key: OTHER_KEY, expireSeconds: 0 }), identifier: 'bob' }],
  [70001, { usersig: userSig('jack', { expireSeconds: 0 }), identifier: 'jack' }],
  [70013, { usersig: userSig('jack'), identifier: 'bob' }],
  [70013, { usersig: userSig('jack'), identifier: undefined }],
  [70013, { usersig: userSig('jack'), identifier: 'administrator' }],
  [60010, { usersig: userSig('jack'), identifier: 'jack' }],
];

describe('a query at fault', () => {
  it.each(QUERIES)('is answered %i: %o', async (code, query) => {
    const before = api.engine.carriedOut.length;
    for (const command of COMMANDS) {
      expect(await backend.send(command, 'not JSON', query)).toMatchObject({
        ErrorCode: code,
        ActionStatus: 'FAIL',
        ErrorInfo: expect.stringMatching(/\w/),
        RequestId: expect.stringMatching(/^Id-/),
      });
    }
    expect(api.engine.carriedOut).toHaveLength(before);
  });

  it.each(['0', '4294967295'])('is none with random %s', async (random) => {
    const query = { random, identifier: 'admin', usersig: userSig('admin') };
    expect(await backend.send('start_call_by_robot', aStartBody(), query)).toMatchObject({
      ErrorCode: 0,
    });
  });

  it.each([
    ['sdkappid', 60012],
    ['random', 60025],
    ['usersig', 70003],
    ['identifier', 70013],
  ])('is one that names %s twice', async (member, code) => {
    const query = `${goodQuery()}&${member}=1`;
    const path = `${ENGINE}/start_call_by_robot?${query}`;
    const body = JSON.stringify(aStartBody());
    expect(envelopeOf(await sendRaw(api.url, { path, body }))).toMatchObject({ ErrorCode: code });
  });
});

describe('a body that is no JSON', () => {
  const sent = (body: string | Buffer, headers = {}) =>
    Promise.all(
      COMMANDS.map(async (command) => {
        const path = `${ENGINE}/${command}?${goodQuery()}`;
        return envelopeOf(await sendRaw(api.url, { path, body, headers }));
      }),
    );
  const allBroken = COMMANDS.map(() => ({ ErrorCode: 60003, ActionStatus: 'FAIL' }));

  it.each([
    ['nothing', ''],
    ['an open brace', '{'],
    [
      'the printed sample',
      '{"Robot_Account":"robot", // robot userid"CalleeList_Account":["jack"]}',
    ],
    ['a name with two values', '{"CallId":"a","CallId":"b"}'],
    ['nested too deeply', '['.repeat(30_000)],
  ])('is answered 60003: %s', async (_what, body) => {
    expect(await sent(body)).toMatchObject(allBroken);
  });

  it('is answered 60003 when its encoding is unknown or broken', async () => {
    expect(await sent('{}', { 'content-encoding': 'x' })).toMatchObject(allBroken);
    expect(await sent('{}', { 'content-encoding': 'gzip' })).toMatchObject(allBroken);
  });

  it('is answered 101002 when it is longer than 64 kB, or hides as much', async () => {
    const long = JSON.stringify({ CallId: 'x'.repeat(1_000_000) });
    const tooLong = COMMANDS.map(() => ({
      ErrorCode: 101002,
      ActionStatus: 'FAIL',
      ErrorInfo: 'request body is longer than 64 kB',
    }));
    expect(await sent(long.slice(0, 70_000))).toMatchObject(tooLong);
    expect(await sent(gzipSync(long), { 'content-encoding': 'gzip' })).toMatchObject(tooLong);
    expect(api.log()).not.toContain('unexpected error');
  });
});

const call = (more: object) => aStartBody({ CallInfo: { MediaType: 'Video', ...more } });
const without = (member: string) => {
  const { [member as 'Timeout']: _gone, ...rest } = aStartBody();
  return rest;
};

describe('a member at fault', () => {
  it.each([
    ['body', []],
    ['body', '"text"'],
    ['body', 'null'],
    ['Robot_Account', without('Robot_Account')],
    ['Robot_Account', aStartBody({ Robot_Account: '' })],
    ['Robot_Account', aStartBody({ Robot_Account: 5 })],
    ['CalleeList_Account', without('CalleeList_Account')],
    ['CalleeList_Account', aStartBody({ CalleeList_Account: [] })],
    ['CalleeList_Account', aStartBody({ CalleeList_Account: 'jack' })],
    ['CalleeList_Account', aStartBody({ CalleeList_Account: ['jack', ''] })],
    ['CalleeList_Account', aStartBody({ CalleeList_Account: ['jack', 7] })],
    ['CalleeList_Account', aStartBody({ CalleeList_Account: ['jack', 'jack'] })],
    ['CalleeList_Account', aStartBody({ CalleeList_Account: ['jack', 'robot'] })],
    ['Timeout', without('Timeout')],
    ['Timeout', aStartBody({ Timeout: 9_999 })],
    ['Timeout', aStartBody({ Timeout: 600_001 })],
    ['Timeout', aStartBody({ Timeout: 10_000.5 })],
    ['Timeout', aStartBody({ Timeout: '30000' })],
    ['UserData', aStartBody({ UserData: 'x'.repeat(1_001) })],
    ['UserData', aStartBody({ UserData: '中'.repeat(334) })],
    ['UserData', aStartBody({ UserData: {} })],
    ['CallInfo', without('CallInfo')],
    ['CallInfo', aStartBody({ CallInfo: [] })],
    ['CallInfo.MediaType', aStartBody({ CallInfo: {} })],
    ['CallInfo.MediaType', call({ MediaType: 'Vision' })],
    ['CallInfo.RoomId', call({ RoomId: 'x'.repeat(65) })],
    ['CallInfo.RoomId', call({ RoomId: 'ä' })],
    ['CallInfo.RoomId', call({ RoomId: 0 })],
    ['CallInfo.RoomId', call({ RoomId: 2_147_483_648 })],
    ['CallInfo.RoomId', call({ RoomId: 'abc', RoomIdType: 1 })],
    ['CallInfo.RoomId', call({ RoomIdType: 1 })],
    ['CallInfo.RoomId', call({ RoomId: {} })],
    ['CallInfo.RoomIdType', call({ RoomId: 'abc', RoomIdType: 3 })],
    ['CallInfo.RoomIdType', call({ RoomId: 'abc', RoomIdType: '2' })],
    ['CallInfo.RoomIdType', call({ RoomId: 5, RoomIdType: 2 })],
  ])('of a start is named and rings nobody: %s (%#)', async (field, body) => {
    const before = api.engine.carriedOut.length;
    const { ErrorCode, ErrorInfo } = await backend.send('start_call_by_robot', body);
    expect(ErrorCode).toBe(101002);
    expect(ErrorInfo).toMatch(new RegExp(`^${field.replace('.', '\\.')} (must|is)`));
    expect(api.engine.carriedOut).toHaveLength(before);
  });

  it.each([{}, [], { CallId: '' }, { CallId: 5 }, { callId: 'x' }, 'null'])(
    'of the other commands is CallId: %j',
    async (body) => {
      for (const command of ['get_call_info', 'end_call']) {
        expect(await backend.send(command, body)).toMatchObject({
          ErrorCode: 101002,
          ErrorInfo: 'CallId must be a non-empty string',
        });
      }
    },
  );
});

describe('a refusal of Tencent', () => {
  it.each([
    [60011, 'too many requests'],
    [101002, 'Timeout is out of range'],
    [70009, 'the key is wrong'],
  ])('%i is handed on in its own words, and the request may be sent again', async (code, info) => {
    const random = { random: String(code) };
    api.engine.onPlace = () => ({ type: 'refused', code, info });
    expect(await backend.send('start_call_by_robot', aStartBody(), random)).toMatchObject({
      ErrorCode: code,
      ErrorInfo: info,
      ActionStatus: 'FAIL',
    });
    api.engine.onPlace = placeIt;
    expect(await backend.send('start_call_by_robot', aStartBody(), random)).toMatchObject({
      ErrorCode: 0,
    });
  });
});
