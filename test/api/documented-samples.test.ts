import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendAs } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

let nextUser = 10_001;
const freshUser = (): string => String(nextUser++);

const CALLER_TERMINAL = 'client-android-abc123';
const CALLEE_TERMINAL = 'client-ios-xyz789';
const SECONDS_IN_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

interface Created {
  readonly caller: string;
  readonly callee: string;
  readonly callId: number;
  readonly data: Record<string, unknown>;
}

async function create(): Promise<Created> {
  const caller = freshUser();
  const callee = freshUser();
  const answer = await sendAs(api.url, caller, 'createCall', {
    body: {
      conversation_id: 1001,
      target_user_id: Number(callee),
      call_type: 'video',
      biz_type: 'single',
      terminal_id: CALLER_TERMINAL,
    },
  });
  expect(answer).toMatchObject({ status: 200, code: 0, message: 'success' });
  const data = answer.data ?? {};
  return { caller, callee, callId: Number(data.call_id), data };
}

const stateOf = (call: Created, changed: Record<string, unknown>) => ({
  call_id: call.callId,
  status: 'calling',
  call_type: 'video',
  biz_type: 'single',
  conversation_id: 1001,
  channel_name: `call_${call.callId}_1001`,
  app_id: '1400000001',
  caller_user_id: Number(call.caller),
  callee_user_id: Number(call.callee),
  caller_uid: call.caller,
  callee_uid: call.callee,
  accepted_at: null,
  started_at: null,
  ended_at: null,
  end_reason: null,
  version: 1,
  ...changed,
});
const aTime = expect.stringMatching(SECONDS_IN_UTC);

describe('the documented calls', () => {
  it('creates a call with the documented members and no others', async () => {
    const call = await create();
    expect(call.data).toStrictEqual({
      call_id: call.callId,
      conversation_id: 1001,
      call_type: 'video',
      biz_type: 'single',
      status: 'calling',
      timeout_seconds: 30,
      version: 1,
      channel_name: `call_${call.callId}_1001`,
      app_id: '1400000001',
      rtc_token: `rtc-${call.caller}-call_${call.callId}_1001`,
      expire_at: aTime,
      caller_uid: call.caller,
    });
  });

  it('plays the documented conversation: versions 1 to 5, exact envelope and members', async () => {
    const call = await create();
    const { callId, caller, callee } = call;
    const accepted = await sendAs(api.url, callee, 'acceptCall', {
      callId,
      body: { terminal_id: CALLEE_TERMINAL },
    });
    expect(JSON.parse(accepted.text)).toStrictEqual({
      code: 0,
      message: 'success',
      data: {
        call_id: callId,
        status: 'accepted',
        channel_name: `call_${callId}_1001`,
        app_id: '1400000001',
        callee_uid: callee,
        rtc_token: `rtc-${callee}-call_${callId}_1001`,
        expire_at: aTime,
        version: 2,
      },
    });
    const joins = [
      { userId: callee, terminal_id: CALLEE_TERMINAL, version: 3 },
      { userId: caller, terminal_id: CALLER_TERMINAL, version: 4 },
    ];
    for (const { userId, terminal_id, version } of joins) {
      const joined = await sendAs(api.url, userId, 'reportMediaState', {
        callId,
        body: { terminal_id, stage: 'joined', network_quality: 'good' },
      });
      expect(JSON.parse(joined.text)).toStrictEqual({
        code: 0,
        message: 'success',
        data: { call_id: callId, status: 'ongoing', started_at: aTime, version },
      });
    }
    const body = { terminal_id: CALLER_TERMINAL, reason: 'local_hangup' };
    const ended = await sendAs(api.url, caller, 'hangupCall', { callId, body });
    const state = stateOf(call, {
      status: 'ended',
      accepted_at: aTime,
      started_at: aTime,
      ended_at: aTime,
      end_reason: 'local_hangup',
      version: 5,
    });
    expect(JSON.parse(ended.text)).toStrictEqual({ code: 0, message: 'success', data: state });
    const read = await sendAs(api.url, callee, 'getCallState', { callId });
    expect(read.data).toStrictEqual(state);
  });

  it.each([
    ['rejectCall', 'callee', 'rejected', 'user_reject'],
    ['cancelCall', 'caller', 'cancelled', 'caller_cancel'],
  ] as const)(
    'ends by %s with the default reason when none is given',
    async (name, by, status, reason) => {
      for (const given of [{}, { reason: null }, { reason: '' }]) {
        const call = await create();
        const answer = await sendAs(api.url, call[by], name, {
          callId: call.callId,
          body: { terminal_id: CALLEE_TERMINAL, ...given },
        });
        expect(answer.data).toStrictEqual(
          stateOf(call, { status, end_reason: reason, ended_at: aTime, version: 2 }),
        );
      }
    },
  );

  it.each([
    ['acceptCall', 'caller', 41004, '非被叫方', 403],
    ['rejectCall', 'caller', 41004, '非被叫方', 403],
    ['cancelCall', 'callee', 41005, '非主叫方', 403],
    ['hangupCall', 'stranger', 41010, '非参与方', 403],
    ['reportMediaState', 'stranger', 41010, '非参与方', 403],
  ] as const)(
    'answers %s by the %s with the documented %i',
    async (name, by, code, message, http) => {
      const call = await create();
      const answer = await sendAs(api.url, by === 'stranger' ? freshUser() : call[by], name, {
        callId: call.callId,
        body: { terminal_id: CALLEE_TERMINAL, stage: 'joined' },
      });
      expect(answer.status).toBe(http);
      expect(JSON.parse(answer.text)).toStrictEqual({ code, message, data: null });
    },
  );

  it('tells a second terminal 41006 and a late one 41007', async () => {
    const { callId, caller, callee } = await create();
    const accept = (terminal_id: string) =>
      sendAs(api.url, callee, 'acceptCall', { callId, body: { terminal_id } });
    await accept(CALLEE_TERMINAL);
    expect(JSON.parse((await accept('client-web')).text)).toStrictEqual({
      code: 41006,
      message: '已被其他终端接听',
      data: null,
    });
    await sendAs(api.url, caller, 'hangupCall', { callId, body: { terminal_id: CALLER_TERMINAL } });
    const late = await accept('client-web');
    expect(late.status).toBe(409);
    expect(JSON.parse(late.text)).toStrictEqual({ code: 41007, message: '通话已结束', data: null });
  });
});
