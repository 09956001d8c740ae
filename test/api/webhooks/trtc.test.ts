import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderReport } from '../../../src/call/events.js';
import {
  createRoomCallbackReader,
  signatureOf,
} from '../../../src/providers/trtc/room-callbacks.js';
import { tellCall } from '../../../src/service/room-news.js';
import { SDK_APP_ID } from '../../support/robot-backend.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { sendRaw } from '../tencent/fixtures.js';

const KEY = 'keyOfTests1';
let api: TestApi;
let told: [number, ProviderReport][] = [];
let outcome: 'taken' | 'away' = 'taken';
beforeAll(async () => {
  const base = await startTestApi();
  const mailbox = {
    report: async (callId: number, report: ProviderReport) => {
      told.push([callId, report]);
      return outcome;
    },
  };
  const reader = createRoomCallbackReader({ sdkAppId: SDK_APP_ID, key: KEY });
  const deps = { reader: base.store.reader, mailbox };
  const opened = await base.alongside({
    app: { rooms: { reader, tell: (news) => tellCall(deps, news) } },
  });
  api = { ...opened, stop: () => base.stop() };
});
afterAll(() => api.stop());
beforeEach(() => {
  told = [];
  outcome = 'taken';
});

const entered = (RoomId: string) =>
  JSON.stringify(
    { EventGroupId: 1, EventType: 103, EventInfo: { RoomId, UserId: '10001', EventMsTs: 5 } },
    null,
    '\t',
  );
const send = (body: string, change: Record<string, string> = {}) =>
  sendRaw(api.url, {
    path: '/webhooks/trtc',
    headers: {
      Sign: signatureOf(KEY, Buffer.from(body)),
      SdkAppId: String(SDK_APP_ID),
      ...change,
    },
    body,
  });

describe('a callback of TRTC', () => {
  it('reaches the call of its room and is acknowledged', async () => {
    const answer = await send(entered('call_7_1001'));
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe('{"code":0}');
    expect(told).toEqual([[7, { type: 'room', event: 'entered', userId: '10001', at: 5 }]]);
  });

  it.each(['lobby', 'call_x_1', 'call_', 'call_99999999999999999999_1', '7'])(
    'of a room that is no call’s is acknowledged and told to nobody: %s',
    async (room) => {
      expect((await send(entered(room))).status).toBe(200);
      expect(told).toEqual([]);
    },
  );

  it('is to be sent again while nobody can take it', async () => {
    outcome = 'away';
    expect((await send(entered('call_7_1001'))).status).toBe(503);
  });

  it('is turned away when it is not signed, and when it cannot be read', async () => {
    expect((await send(entered('call_7_1001'), { Sign: 'x' })).status).toBe(401);
    expect((await send(entered('call_7_1001'), { SdkAppId: '1' })).status).toBe(401);
    expect((await send('not JSON')).status).toBe(400);
    expect((await send('x'.repeat(70_000))).status).toBe(413);
    expect(told).toEqual([]);
  });

  it('of a stream that is nobody’s is told to nobody', async () => {
    const EventInfo = { TaskId: 'none', EventMsTs: 5, Status: 0 };
    const answer = await send(JSON.stringify({ EventGroupId: 7, EventType: 702, EventInfo }));
    expect(answer.status).toBe(200);
    expect(told).toEqual([]);
  });
});
