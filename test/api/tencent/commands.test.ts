import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StartCall } from '../../../src/ports/call-engine.js';
import {
  SAMPLE_OF_THE_CHINESE_PAGE,
  SAMPLE_OF_THE_ENGLISH_PAGE,
} from '../../simulators/tencent/samples.js';
import { send } from '../../support/api-client.js';
import {
  aStartBody,
  type RobotBackend,
  robotBackend,
  userSig,
} from '../../support/robot-backend.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import {
  aGate,
  ENGINE,
  envelopeOf,
  goodQuery,
  placeIt,
  providerIdOf,
  type RawRequest,
  sendRaw,
} from './fixtures.js';

let api: TestApi;
let backend: RobotBackend;
let asked: StartCall | undefined;
beforeAll(async () => {
  api = await startTestApi({ gate: aGate() });
  backend = robotBackend(api.url);
});
afterAll(() => api.stop());
beforeEach(() => {
  api.engine.onPlace = (call) => {
    asked = call;
    return placeIt(call);
  };
});

const OK = {
  ErrorCode: 0,
  ErrorInfo: '',
  ActionStatus: 'OK',
  RequestId: expect.stringMatching(/^Id-[0-9a-f]{32}-O-Seq-\d+$/),
};

describe('the published requests', () => {
  it.each([
    ['Chinese', SAMPLE_OF_THE_CHINESE_PAGE, '这是推送标题', '这是离线推送内容'],
    [
      'English',
      SAMPLE_OF_THE_ENGLISH_PAGE,
      'This is the push title',
      'This is offline push content',
    ],
  ])(
    'of the %s page start a call, with Tencent’s own id and envelope',
    async (_, sample, Title, Desc) => {
      const query = { random: '99999999', identifier: 'administrator' };
      const answer = await backend.send('start_call_by_robot', sample, query);
      expect(answer).toEqual({
        ...OK,
        Response: {
          CallId: providerIdOf(asked?.state.callId ?? 0),
          CallResult: [{ Callee_Account: 'jack', ResultCode: 0 }],
        },
      });
      const { extras, ...plan } = asked?.robot ?? {};
      expect(plan).toEqual({
        robot: 'robot',
        callees: ['jack'],
        media: 'video',
        room: { id: 'roomid-test', kind: 'text' },
        ringMs: 300_000,
        userData: 'userdata-12345687',
      });
      expect(JSON.parse(String(extras))).toEqual({
        OfflinePushInfo: {
          PushFlag: 0,
          Title,
          Desc,
          Ext: '{"entity":{"key1":"value1","key2":"value2"}}',
        },
      });
    },
  );

  it('read a call, who is on it and who is rung', async () => {
    const CallId = '055662e1-bc8a-469c-a334-1126c8c17d58';
    api.engine.onPlace = () => ({ type: 'placed', providerCallId: CallId });
    const CallInfo = { MediaType: 'Audio' };
    const users = { Robot_Account: 'user1', CalleeList_Account: ['user2'] };
    await backend.send('start_call_by_robot', aStartBody({ ...users, CallInfo }));
    const sample = { random: '99999999', identifier: 'admin', usersig: userSig('admin') };
    const answer = await backend.send('get_call_info', `{"CallId": "${CallId}"}`, sample);
    expect(answer).toEqual({
      ...OK,
      Response: {
        CallInfo: {
          CallId,
          MediaType: 'Audio',
          ChatGroupId: '',
          RoomId: expect.stringMatching(/^room-[0-9a-f-]{36}$/),
          RoomIdType: 2,
        },
        UserList: [
          { User_Account: 'user1', Status: 'Calling' },
          { User_Account: 'user2', Status: 'Waiting' },
        ],
      },
    });
  });
});

function aSignal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

describe('a repeated request', () => {
  const random = () => ({ random: String(Math.floor(Math.random() * 2 ** 32)) });
  const starts = () => api.engine.carriedOut.filter((done) => done.startsWith('start')).length;

  it('is the same call', async () => {
    const before = starts();
    const same = random();
    const first = await backend.send('start_call_by_robot', aStartBody(), same);
    const again = await backend.send('start_call_by_robot', aStartBody(), same);
    expect(again.Response).toEqual(first.Response);
    expect(again.RequestId).not.toBe(first.RequestId);
    expect(starts()).toBe(before + 1);
  });

  it.each([
    ['another random', random(), {}],
    ['another administrator', { identifier: 'admin', usersig: userSig('admin') }, {}],
    ['another body', {}, { UserData: 'other' }],
  ])('with %s is another call', async (_what, query, more) => {
    const same = random();
    const first = await backend.send('start_call_by_robot', aStartBody(), same);
    const changed = { ...same, ...query };
    const next = await backend.send('start_call_by_robot', aStartBody(more), changed);
    expect(next.ErrorCode).toBe(0);
    expect(next.Response?.CallId).not.toBe(first.Response?.CallId);
  });
});

describe('an answer', () => {
  const post = (more: Partial<RawRequest> = {}) =>
    sendRaw(api.url, {
      path: `${ENGINE}/start_call_by_robot?${goodQuery()}`,
      body: JSON.stringify(aStartBody()),
      ...more,
    });

  it.each([
    ['none', {}],
    ['text/plain', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['JSON in UTF-8', { 'content-type': 'application/json; charset=utf-8' }],
  ])('comes whatever the Content-Type: %s', async (_what, headers) => {
    expect(envelopeOf(await post({ headers: headers as Record<string, string> }))).toMatchObject({
      ErrorCode: 0,
    });
  });

  it('is JSON with HTTP 200 that no cache keeps, good or bad', async () => {
    const bad = await post({ path: `${ENGINE}/start_call_by_robot` });
    const answers = [await post(), bad, await post({ body: 'x'.repeat(100_000) })];
    expect(answers.map(envelopeOf).map(({ ErrorCode }) => ErrorCode)).toEqual([0, 60012, 101002]);
    for (const { status, headers } of answers) {
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['content-type']).toBe('application/json; charset=utf-8');
    }
  });

  it('is counted by command and code, and logged without the signature', async () => {
    const app = await api.alongside({ gate: aGate() });
    const signature = userSig();
    await robotBackend(app.url).send('start_call_by_robot', aStartBody(), { usersig: signature });
    await robotBackend(app.url).send('end_call', {}, { usersig: signature });
    const { text } = await send(`${app.url}/metrics`);
    for (const labels of [
      'operation="tencent:start_call_by_robot",code="0"',
      'operation="tencent:end_call",code="101002"',
    ]) {
      expect(text).toContain(`http_request_duration_seconds_count{${labels}} 1\n`);
    }
    const log = app.log();
    expect(log).toContain('usersig=[redacted]');
    expect(log).toContain('"operation":"tencent:start_call_by_robot"');
    expect(log).not.toContain(signature);
    expect(log).not.toContain(encodeURIComponent(signature));
  });

  it('is still given when the process stops meanwhile', async () => {
    const [reached, goOn] = [aSignal(), aSignal()];
    const app = await api.alongside({
      gate: aGate(),
      deps: {
        engine: {
          ...api.engine,
          async placed(callId, withinMs) {
            reached.give();
            await goOn.given;
            return api.engine.placed(callId, withinMs);
          },
        },
      },
    });
    const answer = sendRaw(app.url, {
      path: `${ENGINE}/start_call_by_robot?${goodQuery()}`,
      body: JSON.stringify(aStartBody()),
    });
    await reached.given;
    const closed = app.close(60_000);
    goOn.give();
    expect(envelopeOf(await answer)).toMatchObject({ ErrorCode: 0 });
    await closed;
  });
});
