import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReceivedCallback } from '../../../src/contract/robot-hint.js';
import { createCallbackReader } from '../../../src/providers/tencent/call-callbacks.js';
import { SDK_APP_ID } from '../../support/robot-backend.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { sendRaw } from '../tencent/fixtures.js';

const SECRET = 'a-secret-of-tests';
const COMMAND = 'Call.CallbackAfterMemberChanged';
const QUERY = `SdkAppid=${SDK_APP_ID}&CallbackCommand=${COMMAND}&contenttype=json&x=%2f`;
const BODY =
  '{ "CallId":"c-1", "ChangedUserList":[{"User_Account":"jack","ActionType":"Accept"}] }';

let api: TestApi;
let taken: ReceivedCallback[] = [];
let outcome: 'taken' | 'away' = 'taken';
beforeAll(async () => {
  const reader = createCallbackReader({ sdkAppId: SDK_APP_ID, secret: SECRET });
  const inbox = {
    handOff: async (callback: ReceivedCallback) => {
      if (outcome === 'taken') taken.push(callback);
      return outcome;
    },
  };
  api = await startTestApi({ app: { callbacks: { reader, inbox } } });
});
afterAll(() => api.stop());
beforeEach(() => {
  taken = [];
  outcome = 'taken';
});

const pathTo = (secret: string, query = QUERY) => `/webhooks/tencent-call/${secret}?${query}`;
const textOf = (answer: { readonly body: Buffer }) => answer.body.toString('utf8');

describe('a callback of Tencent', () => {
  it('is acknowledged in Tencent’s words once it is in durable hands', async () => {
    const answer = await sendRaw(api.url, { path: pathTo(SECRET), body: BODY });
    expect(answer.status).toBe(200);
    expect(textOf(answer)).toBe('{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}');
    expect(taken).toMatchObject([
      { command: COMMAND, query: QUERY, body: BODY, hint: { providerCallId: 'c-1' } },
    ]);
  });

  it('is not acknowledged while nobody can take it', async () => {
    outcome = 'away';
    const answer = await sendRaw(api.url, { path: pathTo(SECRET), body: BODY });
    expect(answer.status).toBe(503);
    expect(textOf(answer)).toContain('"ActionStatus":"FAIL"');
  });

  it.each(['', 'a-secret-of-tests2', 'A-SECRET-OF-TESTS'])(
    'does not come by the path of a stranger: %j',
    async (secret) => {
      const answer = await sendRaw(api.url, { path: pathTo(secret), body: BODY });
      expect(answer.status).toBe(404);
      expect(taken).toEqual([]);
    },
  );

  it('is refused when it is about another application, unreadable or too long', async () => {
    const other = QUERY.replace(String(SDK_APP_ID), '1');
    const cases = [
      [400, pathTo(SECRET, other), BODY],
      [400, pathTo(SECRET), 'not JSON'],
      [400, pathTo(SECRET), ''],
      [413, pathTo(SECRET), `{"x":"${'y'.repeat(70_000)}"}`],
    ] as const;
    for (const [status, path, body] of cases) {
      expect((await sendRaw(api.url, { path, body })).status).toBe(status);
    }
    expect(taken).toEqual([]);
  });

  it('is no GET', async () => {
    expect((await sendRaw(api.url, { method: 'GET', path: pathTo(SECRET) })).status).toBe(404);
  });

  it('leaves no secret in the log', async () => {
    await sendRaw(api.url, { path: pathTo(SECRET), body: BODY });
    expect(api.log()).toContain('/webhooks/tencent-call/[redacted]?SdkAppid');
    expect(api.log()).not.toContain(SECRET);
  });

  it('is nowhere where none are taken', async () => {
    const { url } = await api.alongside({});
    expect((await sendRaw(url, { path: pathTo(SECRET), body: BODY })).status).toBe(404);
  });
});
