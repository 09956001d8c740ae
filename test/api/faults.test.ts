import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMMON_ERRORS, ROUTES } from '../../src/contract/routes.js';
import { StoreUnavailable } from '../../src/ports/reservations.js';
import type { CallService } from '../../src/service/call-service.js';
import { send, sendAs } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { userToken } from '../support/tokens.js';
import { createBody, freshUser, ringingCall } from './fixtures.js';

const SECRET = 'the password of the database is swordfish';
const broken = new Proxy({} as CallService, {
  get: () => () => Promise.reject(new Error(SECRET)),
});
const awayStore = () => Promise.reject(new StoreUnavailable('the store does not answer'));

let api: TestApi;
let broke: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  broke = await api.alongside({ app: { service: broken } });
});
afterAll(() => api.stop());
beforeEach(() => {
  api.engine.mood = 'well';
});

const terminal = { terminal_id: 'a-terminal' };
const logged = (from: TestApi, message: string) =>
  from
    .log()
    .split('\n')
    .filter((line) => line.includes(`"msg":"${message}"`));

/** What this service carries out: streams, and what backends and operators ask for, are other parts'. */
const carriedOut = (Object.keys(ROUTES) as (keyof typeof ROUTES)[]).filter(
  (name) => ['user', 'anyone'].includes(ROUTES[name].for) && !('stream' in ROUTES[name]),
);

describe('an unexpected error', () => {
  it('answers 50001 with the request id and nothing else, and is logged once with its stack', async () => {
    for (const name of carriedOut) {
      const body = { ...createBody('20002'), stage: 'joined' };
      const answer = await sendAs(broke.url, '10001', name, {
        callId: 1,
        headers: { 'x-request-id': `req-${name}` },
        ...(ROUTES[name].method === 'post' && { body }),
      });
      expect(answer.status).toBe(500);
      expect(JSON.parse(answer.text)).toStrictEqual({
        code: 50001,
        message: `internal error, request req-${name}`,
        data: null,
      });
      const lines = broke
        .log()
        .split('\n')
        .filter((line) => line.includes(`req-${name}`));
      const stacks = lines.filter((line) => line.includes('"stack"'));
      expect(stacks).toHaveLength(1);
      expect(stacks[0]).toContain('swordfish');
    }
  });
});

describe('an engine that is away', () => {
  it('answers 50301 with Retry-After, and creates nothing', async () => {
    api.engine.mood = 'unavailable';
    const callee = freshUser();
    const refused = await sendAs(api.url, freshUser(), 'createCall', { body: createBody(callee) });
    expect(refused).toMatchObject({ status: 503, code: 50301, data: null });
    expect(refused.headers.get('retry-after')).toBe('1');
    api.engine.mood = 'well';
    const next = await sendAs(api.url, freshUser(), 'createCall', { body: createBody(callee) });
    expect(next.code).toBe(0);
  });

  it('answers 50401 with Retry-After while the outcome is open, and the repeat finds one call', async () => {
    const caller = freshUser();
    const body = createBody(freshUser());
    api.engine.mood = 'unknown';
    const open = await sendAs(api.url, caller, 'createCall', { body });
    expect(open).toMatchObject({ status: 504, code: 50401, data: null });
    expect(open.headers.get('retry-after')).toBe('1');
    api.engine.mood = 'well';
    const repeat = await sendAs(api.url, caller, 'createCall', { body });
    expect(repeat.headers.get('idempotent-replayed')).toBe('true');
    const callId = Number(repeat.data?.call_id);
    const starts = api.engine.carriedOut.filter((done) => done === `start ${callId}`);
    expect(starts).toHaveLength(1);
  });

  it('answers commands 50401 while no worker is there, and the repeat takes effect once', async () => {
    const { callId, callee, caller } = await ringingCall(api.url);
    const accept = () => sendAs(api.url, callee, 'acceptCall', { callId, body: terminal });
    api.engine.mood = 'unknown';
    expect(await accept()).toMatchObject({ status: 504, code: 50401 });
    api.engine.mood = 'no-worker';
    expect(await accept()).toMatchObject({ status: 504, code: 50401 });
    const read = await sendAs(api.url, caller, 'getCallState', { callId });
    expect(read.data).toMatchObject({ status: 'accepted', version: 2 });
    api.engine.mood = 'well';
    expect((await accept()).data).toMatchObject({ status: 'accepted', version: 2 });
  });
});

describe('a store that is away', () => {
  let away: TestApi;
  beforeAll(async () => {
    away = await api.alongside({
      deps: {
        reservations: {
          nextCallId: awayStore,
          wasReserved: awayStore,
          reserve: awayStore,
          abandon: awayStore,
          freeLine: awayStore,
          nameProviderCall: awayStore,
        },
        reader: {
          find: awayStore,
          findByProviderId: awayStore,
          ringingFor: awayStore,
          placingIn: awayStore,
          findByStreamTask: awayStore,
          unsettled: awayStore,
        },
      },
    });
  });

  it('answers 50301 with Retry-After', async () => {
    for (const [name, request] of [
      ['createCall', { body: createBody('20002') }],
      ['listRinging', {}],
      ['getCall', { callId: 999_999 }],
      ['hangupCall', { callId: 999_999, body: terminal }],
    ] as const) {
      const answer = await sendAs(away.url, '10001', name, request);
      expect(answer).toMatchObject({ status: 503, code: 50301, data: null });
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.text).not.toContain('does not answer');
    }
    expect(logged(away, 'store unavailable').length).toBeGreaterThan(0);
  });
});

describe('the wrong address', () => {
  it.each(['/', '/api', '/api/call', '/api/calls/1/unknown', '/API/calls/1/state', '/v2/calls/1'])(
    'answers 40401 to %s',
    async (path) => {
      const answer = await send(api.url + path);
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toStrictEqual({
        code: 40401,
        message: 'no such route',
        data: null,
      });
    },
  );

  it.each([
    ['GET', '/api/calls/session', 'POST'],
    ['POST', '/api/calls/ringing', 'GET'],
    ['DELETE', '/api/calls/5', 'GET'],
    ['PUT', '/api/calls/5/accept', 'POST'],
    ['OPTIONS', '/api/calls/5/state', 'GET'],
  ])('answers %s %s with 405 and Allow', async (method, path, allow) => {
    const answer = await send(api.url + path, { method });
    expect(answer).toMatchObject({ status: 405, code: 40401, data: null });
    expect(answer.message).toBe(`this path allows only ${allow}`);
    expect(answer.headers.get('allow')).toBe(allow);
  });
});

describe('headers of an answer', () => {
  it('echo a sane request id and replace any other', async () => {
    const idOf = async (given: string) => {
      const { headers } = await send(`${api.url}/api/x`, { headers: { 'x-request-id': given } });
      return headers.get('x-request-id');
    };
    expect(await idOf('abc-DEF_1.2:3')).toBe('abc-DEF_1.2:3');
    for (const insane of ['', 'two words', 'x'.repeat(129), '"{}"', 'ä']) {
      expect(await idOf(insane)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('forbid caches and say nothing of the server', async () => {
    const { headers } = await sendAs(api.url, freshUser(), 'listRinging');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('etag')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
  });
});

describe('with HTTP status 200 for everything', () => {
  let always: TestApi;
  beforeAll(async () => {
    always = await api.alongside({ app: { httpStatus: '200', rateLimitPerSecond: 2 } });
  });

  it('tells failures by their code alone, with the same headers', async () => {
    const { url } = always;
    const read = () => sendAs(url, '10001', 'getCall', { callId: 7 });
    const answers = [
      await send(`${url}/api/nothing`),
      await send(`${url}/api/calls/session`),
      await send(`${url}/api/calls/ringing`),
      await sendAs(url, '10001', 'getCall', { callId: 'x' }),
      await read(),
      // Ten at once are more than two in any second.
      (await Promise.all(Array.from({ length: 10 }, read))).find(({ code }) => code !== 41001),
    ];
    expect(answers.map((answer) => answer?.code)).toStrictEqual([
      40401, 40401, 40101, 40001, 41001, 42901,
    ]);
    expect(new Set(answers.map((answer) => answer?.status))).toStrictEqual(new Set([200]));
    expect(answers[1]?.headers.get('allow')).toBe('POST');
    expect(answers[5]?.headers.get('retry-after')).toBe('1');
  });
});

describe('the rate limit', () => {
  let limited: TestApi;
  beforeAll(async () => {
    limited = await api.alongside({ app: { rateLimitPerSecond: 3 } });
  });

  /** As many as fit into the current second, and one more. */
  const burst = async (ask: () => Promise<{ code: number; status: number }>, count = 8) =>
    Promise.all(Array.from({ length: count }, ask));

  it('answers 42901 to one user, and the other user is served', async () => {
    const token = await userToken('10001');
    const answers = await burst(() => send(`${limited.url}/api/calls/ringing`, { token }));
    const refused = answers.filter(({ code }) => code === 42901);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(new Set(refused.map(({ status }) => status))).toStrictEqual(new Set([429]));
    expect((await sendAs(limited.url, '10002', 'listRinging')).code).toBe(0);
  });

  it('counts whoever cannot authenticate by address, and not against users', async () => {
    const answers = await burst(() => send(`${limited.url}/api/calls/ringing`, { token: 'x' }));
    expect(new Set(answers.map(({ code }) => code))).toStrictEqual(new Set([40101, 42901]));
    expect((await sendAs(limited.url, '10003', 'listRinging')).code).toBe(0);
  });
});

it('lists for every route the codes that any route can answer', () => {
  expect(COMMON_ERRORS).toStrictEqual([40001, 40101, 42901, 50001, 50301]);
});
