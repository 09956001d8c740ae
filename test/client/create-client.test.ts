import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import { ApiError } from '../../src/client/api-error.js';
import { createClient } from '../../src/client/create-client.js';
import { ENDPOINTS } from '../../src/client/endpoints.js';
import { ROUTES } from '../../src/contract/routes.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { serviceToken, userToken } from '../support/tokens.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const clientOf = async (userId: string) =>
  createClient({ baseUrl: api.url, token: await userToken(userId) });

const createBody = (callee: number | bigint) => ({
  conversation_id: 7,
  target_user_id: callee,
  call_type: 'audio' as const,
  biz_type: 'single' as const,
  terminal_id: 'caller',
});

describe('the client', () => {
  it('plays a whole call and reads typed data', async () => {
    const caller = await clientOf('101');
    const callee = await clientOf('102');
    const { call_id } = await caller.createCall({ ...createBody(102), timeout_seconds: 60 });
    const callId = Number(call_id);
    const { calls } = await callee.listRinging();
    expect(calls.map((call) => call.call_id)).toStrictEqual([callId]);
    const accepted = await callee.acceptCall({ callId }, { terminal_id: 'callee' });
    expect(accepted).toMatchObject({ status: 'accepted', version: 2 });
    expectTypeOf(accepted.status).toEqualTypeOf<'accepted'>();
    await callee.reportMediaState({ callId }, { terminal_id: 'callee', stage: 'joined' });
    const token = await caller.issueRtcToken({ callId }, { terminal_id: 'caller' });
    expect(token).toMatchObject({ status: 'ongoing', uid: '101' });
    const ended = await caller.hangupCall({ callId }, { terminal_id: 'caller' });
    expect(ended).toMatchObject({ status: 'ended', end_reason: 'local_hangup' });
    expect(await callee.getCallState({ callId })).toStrictEqual(ended);
    expect((await callee.getCall({ callId })).parties).toHaveLength(2);
  });

  it('rejects and cancels', async () => {
    const caller = await clientOf('111');
    const callee = await clientOf('112');
    const create = async () => Number((await caller.createCall(createBody(112))).call_id);
    const rejected = await callee.rejectCall(
      { callId: await create() },
      { terminal_id: 'x', reason: 'busy' },
    );
    expect(rejected).toMatchObject({ status: 'rejected', end_reason: 'busy' });
    const cancelled = await caller.cancelCall({ callId: await create() }, { terminal_id: 'x' });
    expect(cancelled).toMatchObject({ status: 'cancelled', end_reason: 'caller_cancel' });
  });

  it('keeps ids above 2^53 exact', async () => {
    const caller = await clientOf('9007199254740993');
    const created = await caller.createCall(createBody(9007199254740995n));
    const state = await caller.getCallState({ callId: Number(created.call_id) });
    expect(state.caller_user_id).toBe(9007199254740993n);
    expect(state.callee_user_id).toBe(9007199254740995n);
  });

  it('acts for a user with a service token', async () => {
    const settings = { baseUrl: api.url, token: await serviceToken(), actingUser: '121' };
    const created = await createClient(settings).createCall(createBody(122));
    expect(created.caller_uid).toBe('121');
  });

  it('repeats a create under its idempotency key', async () => {
    const caller = await clientOf('131');
    const options = { idempotencyKey: 'client-key' };
    const first = await caller.createCall(createBody(132), options);
    await caller.cancelCall({ callId: Number(first.call_id) }, { terminal_id: 'caller' });
    const again = await caller.createCall(createBody(132), options);
    expect(again.call_id).toBe(first.call_id);
  });

  it('throws ApiError with code, message and Retry-After', async () => {
    const client = await clientOf('141');
    const refusal = await client.getCall({ callId: 999_999 }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({ code: 41001, message: '通话不存在', retryAfter: undefined });
    api.engine.mood = 'unavailable';
    onTestFinished(() => {
      api.engine.mood = 'well';
    });
    await expect(client.createCall(createBody(142))).rejects.toMatchObject({
      code: 50301,
      retryAfter: 1,
    });
  });

  it('gives up after its time, or when it is told to', async () => {
    const silent = await serverAnswering(undefined);
    const client = createClient({ baseUrl: silent, token: 'x', timeoutMs: 50 });
    await expect(client.listRinging()).rejects.toMatchObject({ name: 'TimeoutError' });
    const stop = new AbortController();
    const patient = createClient({ baseUrl: silent, token: 'x' });
    const asked = patient.listRinging({ signal: stop.signal });
    stop.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('says so when something else answered in the place of the API', async () => {
    for (const answer of ['<html>Bad gateway</html>', '{"error":1}', 'null', '']) {
      const client = createClient({ baseUrl: await serverAnswering(answer), token: 'x' });
      await expect(client.listRinging()).rejects.toThrow('not an answer of the API: HTTP 502');
    }
  });
});

it('finds every operation where the route table puts it', () => {
  const table = Object.fromEntries(
    Object.entries(ROUTES).map(([name, route]) => {
      const { method, path } = route;
      return [
        name,
        {
          method,
          path,
          ...('query' in route && { query: true }),
          ...('body' in route && { body: true }),
        },
      ];
    }),
  );
  expect(ENDPOINTS).toStrictEqual(table);
});

/** A server that is not ours: it answers 502 with this text, or never. */
async function serverAnswering(text: string | undefined): Promise<string> {
  const server = createServer((_req, res) => {
    if (text !== undefined) res.writeHead(502).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
