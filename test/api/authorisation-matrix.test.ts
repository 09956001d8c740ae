import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES, type RouteName } from '../../src/contract/routes.js';
import { type RawAnswer, send } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import {
  AUTH,
  type Claims,
  goodClaims,
  hs256,
  inSeconds,
  serviceToken,
  unsignedToken,
  userToken,
} from '../support/tokens.js';
import {
  acceptedCall,
  CALLEE_TERMINAL,
  CALLER_TERMINAL,
  freshUser,
  goodBody,
  ringingCall,
  type TestCall,
} from './fixtures.js';

/** The codes by role; `nobody` is a service that names no user. */
interface Row {
  readonly call: 'ringing' | 'accepted';
  readonly caller: number;
  readonly callee: number;
  readonly stranger: number;
  readonly nobody: number;
}

const ONLY_SERVICES = { caller: 41010, callee: 41010, stranger: 41010, nobody: 0 } as const;

const ONLY_OPERATORS = { ...ONLY_SERVICES, nobody: 41010 } as const;

const MATRIX: Readonly<Record<RouteName, Row>> = {
  createCall: { call: 'ringing', caller: 0, callee: 41008, stranger: 0, nobody: 40001 },
  listRinging: { call: 'ringing', caller: 0, callee: 0, stranger: 0, nobody: 40001 },
  listCalls: { call: 'ringing', caller: 0, callee: 0, stranger: 0, nobody: 0 },
  getCall: { call: 'ringing', caller: 0, callee: 0, stranger: 41010, nobody: 0 },
  listCallEvents: { call: 'ringing', caller: 0, callee: 0, stranger: 41010, nobody: 0 },
  getCallState: { call: 'ringing', caller: 0, callee: 0, stranger: 41010, nobody: 0 },
  acceptCall: { call: 'ringing', caller: 41004, callee: 0, stranger: 41004, nobody: 40001 },
  rejectCall: { call: 'ringing', caller: 41004, callee: 0, stranger: 41004, nobody: 40001 },
  cancelCall: { call: 'ringing', caller: 0, callee: 41005, stranger: 41005, nobody: 40001 },
  hangupCall: { call: 'ringing', caller: 0, callee: 0, stranger: 41010, nobody: 40001 },
  reportMediaState: { call: 'ringing', caller: 0, callee: 0, stranger: 41010, nobody: 40001 },
  streamEvents: { call: 'ringing', caller: 0, callee: 0, stranger: 0, nobody: 40001 },
  createWebhookEndpoint: { call: 'ringing', ...ONLY_SERVICES },
  listWebhookEndpoints: { call: 'ringing', ...ONLY_SERVICES },
  getWebhookEndpoint: { call: 'ringing', ...ONLY_SERVICES },
  updateWebhookEndpoint: { call: 'ringing', ...ONLY_SERVICES },
  deleteWebhookEndpoint: { call: 'ringing', ...ONLY_SERVICES },
  rotateWebhookSecret: { call: 'ringing', ...ONLY_SERVICES },
  pingWebhookEndpoint: { call: 'ringing', ...ONLY_SERVICES },
  listWebhookDeliveries: { call: 'ringing', ...ONLY_SERVICES },
  // No delivery has this id: only a backend is told so.
  redeliverWebhook: { call: 'ringing', ...ONLY_SERVICES, nobody: 40402 },
  putUser: { call: 'ringing', ...ONLY_SERVICES },
  // Nobody has said who this user is: only a backend is told so.
  getUser: { call: 'ringing', ...ONLY_SERVICES, nobody: 40403 },
  removeUser: { call: 'ringing', ...ONLY_SERVICES },
  listUsers: { call: 'ringing', ...ONLY_SERVICES },
  getDialling: { call: 'ringing', ...ONLY_OPERATORS },
  setDialling: { call: 'ringing', ...ONLY_OPERATORS },
  issueRtcToken: { call: 'accepted', caller: 0, callee: 0, stranger: 41010, nobody: 40001 },
};
const CLOCK_TOLERANCE_SECONDS = 5;
const ROUTE_NAMES = Object.keys(ROUTES) as RouteName[];

const without = (claim: keyof Claims): Claims => {
  const { [claim]: _dropped, ...rest } = goodClaims('10001');
  return rest;
};
const changed = (claims: Claims): Promise<string> => hs256({ ...goodClaims('10001'), ...claims });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Every way of not being authenticated, as the headers that are sent. */
const DEFECTS: Readonly<Record<string, () => Promise<Record<string, string>>>> = {
  'no token': async () => ({}),
  'garbage for a token': async () => bearer('garbage'),
  'three parts of garbage': async () => bearer('a.b.c'),
  'a good token under another scheme': async () => ({
    authorization: `Basic ${await userToken('10001')}`,
  }),
  'an expired token': async () => bearer(await changed({ exp: inSeconds(-60) })),
  'a token without an expiry': async () => bearer(await hs256(without('exp'))),
  'a token that is not valid yet': async () => bearer(await changed({ nbf: inSeconds(60) })),
  'a token for another audience': async () => bearer(await changed({ aud: 'another' })),
  'a token without an audience': async () => bearer(await hs256(without('aud'))),
  'a token of another issuer': async () => bearer(await changed({ iss: 'another' })),
  'a token without an issuer': async () => bearer(await hs256(without('iss'))),
  'a token with alg none': async () => bearer(unsignedToken(goodClaims('10001'))),
  'a token signed with another secret': async () =>
    bearer(await hs256(goodClaims('10001'), 'another secret, of the same length ...')),
  'a token with a changed payload': async () => {
    const [header, , signature] = (await userToken('10001')).split('.');
    const [, payload] = (await userToken('10002')).split('.');
    return bearer(`${header}.${payload}.${signature}`);
  },
  'a token without a subject': async () => bearer(await hs256(without('sub'))),
  'a subject that is not decimal': async () => bearer(await changed({ sub: 'bob' })),
  'a subject with a leading zero': async () => bearer(await changed({ sub: '010001' })),
  'the subject 0': async () => bearer(await changed({ sub: '0' })),
  'a subject above 64 bits': async () => bearer(await changed({ sub: '9223372036854775808' })),
  'a service token without a name': async () =>
    bearer(await changed({ sub: '', scope: 'service' })),
  'X-Acting-User without scope service': async () => ({
    ...bearer(await userToken('10001')),
    'x-acting-user': '10001',
  }),
  'X-Acting-User with scope ops only': async () => ({
    ...bearer(await changed({ scope: 'ops services' })),
    'x-acting-user': '10001',
  }),
};

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

async function ask(
  name: RouteName,
  call: TestCall,
  headers: Record<string, string>,
  terminal = CALLEE_TERMINAL,
): Promise<RawAnswer> {
  const { method, path } = ROUTES[name];
  const body = goodBody(name, terminal);
  const query = name === 'streamEvents' ? `?terminal_id=${terminal}` : '';
  const at = path
    .replace('{callId}', String(call.callId))
    .replace('{endpointId}', path.includes('{endpointId}') ? await anEndpoint() : '')
    .replace('{deliveryId}', '999999')
    .replace('{userId}', freshUser());
  return send(api.url + at + query, {
    method: method.toUpperCase(),
    headers,
    ...(body !== undefined && { body }),
  });
}

it('has a row for every route of the table', () => {
  expect(Object.keys(MATRIX).toSorted()).toStrictEqual(ROUTE_NAMES.toSorted());
});

describe.each(ROUTE_NAMES)('%s', (name) => {
  it.each(Object.keys(DEFECTS))('answers 40101 to %s and changes nothing', async (defect) => {
    const call = await sharedCall();
    const before = api.engine.carriedOut.length;
    const answer = await ask(name, call, (await DEFECTS[defect]?.()) ?? {});
    expect(answer).toMatchObject({ status: 401, code: 40101, data: null });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(api.engine.carriedOut.length).toBe(before);
  });

  const row = MATRIX[name];
  it.each(['caller', 'callee', 'stranger'] as const)('gives the %s its code', async (role) => {
    const call = await newCall(row);
    const userId = role === 'stranger' ? freshUser() : call[role];
    const answer = await ask(name, call, bearer(await userToken(userId)), terminalOf(role));
    expect(answer.code).toBe(row[role]);
  });

  it.each(['caller', 'callee', 'stranger'] as const)(
    'gives a service that acts for the %s the same code',
    async (role) => {
      const call = await newCall(row);
      const userId = role === 'stranger' ? freshUser() : call[role];
      const headers = { ...bearer(await serviceToken()), 'x-acting-user': userId };
      const answer = await ask(name, call, headers, terminalOf(role));
      expect(answer.code).toBe(row[role]);
      if (name === 'createCall' && answer.code === 0) {
        expect(answer.data?.caller_uid).toBe(userId);
      }
    },
  );

  it('gives a service that names no user its code', async () => {
    const answer = await ask(name, await newCall(row), bearer(await serviceToken()));
    expect(answer.code).toBe(row.nobody);
    if (answer.code === 40001) expect(answer.message).toContain('X-Acting-User');
  });

  it.each(['', '0', '01', 'bob', '-1', '9223372036854775808', '1, 2'])(
    'answers 40001 to a service that acts for "%s"',
    async (userId) => {
      const headers = { ...bearer(await serviceToken()), 'x-acting-user': userId };
      const answer = await ask(name, await sharedCall(), headers);
      expect(answer).toMatchObject({ status: 400, code: 40001, data: null });
      expect(answer.message).toContain('X-Acting-User');
    },
  );
});

async function anEndpoint(): Promise<string> {
  const { data } = await send(`${api.url}/api/webhook-endpoints`, {
    token: await serviceToken(),
    body: { url: `http://127.0.0.1:9/${freshUser()}` },
  });
  return String(data?.endpoint_id);
}

let shared: Promise<TestCall> | undefined;
const sharedCall = (): Promise<TestCall> => {
  shared ??= ringingCall(api.url);
  return shared;
};

const newCall = ({ call }: Row): Promise<TestCall> =>
  call === 'ringing' ? ringingCall(api.url) : acceptedCall(api.url);

const terminalOf = (role: 'caller' | 'callee' | 'stranger'): string =>
  role === 'caller' ? CALLER_TERMINAL : CALLEE_TERMINAL;

it.each(['getDialling', 'setDialling'] as const)('answers %s to operators', async (name) => {
  const operator = await changed({ sub: 'night-shift', scope: 'service ops' });
  const ordinary = await changed({ scope: 'ops' });
  for (const token of [operator, ordinary]) {
    expect((await ask(name, await sharedCall(), bearer(token))).code).toBe(0);
  }
});

it('shows what rings to the callee and to nobody else', async () => {
  const call = await ringingCall(api.url);
  const seenBy = async (userId: string) => {
    const { data } = await ask('listRinging', call, bearer(await userToken(userId)));
    return (data?.calls as { call_id: number }[]).map(({ call_id }) => call_id);
  };
  expect(await seenBy(call.callee)).toStrictEqual([call.callId]);
  expect(await seenBy(call.caller)).toStrictEqual([]);
  expect(await seenBy(freshUser())).toStrictEqual([]);
});

it('refuses a token that it has accepted before as soon as that token has expired', async () => {
  const call = await ringingCall(api.url);
  const exp = inSeconds(0);
  const token = await hs256({ ...goodClaims(call.caller), exp });
  expect(await ask('getCall', call, bearer(token))).toMatchObject({ status: 200, code: 0 });
  expect(await ask('getCall', call, bearer(token))).toMatchObject({ status: 200, code: 0 });
  const tolerated = (exp + CLOCK_TOLERANCE_SECONDS + 1) * 1_000;
  await pause(tolerated - Date.now());
  expect(await ask('getCall', call, bearer(token))).toMatchObject({ status: 401, code: 40101 });
});

it('tolerates a clock that is a few seconds off', async () => {
  const call = await ringingCall(api.url);
  const token = await hs256({ ...goodClaims(call.caller), exp: inSeconds(-2), aud: AUTH.audience });
  expect(await ask('getCall', call, bearer(token))).toMatchObject({ status: 200, code: 0 });
});
