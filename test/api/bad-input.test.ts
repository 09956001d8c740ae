import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteName } from '../../src/contract/routes.js';
import { type RawAnswer, type RawRequest, sendAs } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { createBody, freshUser, ringingCall, type TestCall } from './fixtures.js';

let api: TestApi;
let call: TestCall;
beforeAll(async () => {
  api = await startTestApi();
  call = await ringingCall(api.url);
});
afterAll(() => api.stop());

const post = (name: RouteName, body: RawRequest['body'] & {}): Promise<RawAnswer> =>
  sendAs(api.url, call.callee, name, { callId: call.callId, body });

function expectRefusal(answer: RawAnswer, message: string | RegExp): void {
  expect({ ...answer, headers: undefined }).toMatchObject({ status: 400, code: 40001, data: null });
  expect(answer.message).toMatch(/^invalid parameter: /);
  const complaint = answer.message.slice('invalid parameter: '.length);
  if (typeof message === 'string') expect(complaint).toBe(message);
  else expect(complaint).toMatch(message);
  expect(answer.text).not.toMatch(/\.(js|ts):\d|node_modules|at async/);
}

const create = createBody('20002');
const ID = 'must be a positive integer';
const MISSING = undefined;

/** Field by field: what is sent, and the whole complaint about it. */
const BAD_MEMBERS: readonly [RouteName, string, unknown, string][] = [
  ...(['conversation_id', 'target_user_id'] as const).flatMap(
    (field): [RouteName, string, unknown, string][] => [
      ...[MISSING, null, '1001', 1.5, true, [], {}].map(
        (value): [RouteName, string, unknown, string] => ['createCall', field, value, ID],
      ),
      ['createCall', field, 0, 'must be above 0'],
      ['createCall', field, -1, 'must be above 0'],
      ['createCall', field, 1e300, 'must be at most 9007199254740991'],
      ['createCall', field, -9223372036854775808n, 'must be above 0'],
      ['createCall', field, 9223372036854775808n, 'must be at most 9223372036854775807'],
    ],
  ),
  ['createCall', 'call_type', MISSING, 'is required'],
  ['createCall', 'call_type', null, 'must be "audio" or "video"'],
  ['createCall', 'call_type', 'fax', 'must be "audio" or "video"'],
  ['createCall', 'biz_type', MISSING, 'must be "single"'],
  ['createCall', 'biz_type', 'group', 'must be "single"'],
  ['createCall', 'timeout_seconds', 0, 'must be at least 1'],
  ['createCall', 'timeout_seconds', 601, 'must be at most 600'],
  ['createCall', 'timeout_seconds', 1.5, 'must be an integer'],
  ['createCall', 'timeout_seconds', '30', 'must be a number'],
  ['createCall', 'timeout_seconds', null, 'must be a number'],
  ...(
    [
      'createCall',
      'acceptCall',
      'rejectCall',
      'cancelCall',
      'hangupCall',
      'reportMediaState',
      'issueRtcToken',
    ] as const
  ).flatMap((name): [RouteName, string, unknown, string][] => [
    [name, 'terminal_id', MISSING, 'is required'],
    [name, 'terminal_id', null, 'must be a string'],
    [name, 'terminal_id', 7, 'must be a string'],
    [name, 'terminal_id', ['a'], 'must be a string'],
    [name, 'terminal_id', '', 'must not be empty'],
    [name, 'terminal_id', ' ', 'must not be empty'],
    [name, 'terminal_id', 'x'.repeat(65), 'must be at most 64 characters'],
    [name, 'terminal_id', '📞'.repeat(65), 'must be at most 64 characters'],
    [name, 'terminal_id', 'a\0b', 'must not contain NUL or unpaired surrogates'],
  ]),
  ...(['rejectCall', 'cancelCall', 'hangupCall'] as const).flatMap(
    (name): [RouteName, string, unknown, string][] => [
      [name, 'reason', 'x'.repeat(51), 'must be at most 50 characters'],
      [name, 'reason', '忙'.repeat(51), 'must be at most 50 characters'],
      [name, 'reason', 7, 'must be a string'],
      [name, 'reason', {}, 'must be a string'],
    ],
  ),
  ['reportMediaState', 'stage', MISSING, 'is required'],
  ['reportMediaState', 'stage', '', 'must not be empty'],
  ['reportMediaState', 'stage', '📞'.repeat(33), 'must be at most 32 characters'],
  ['reportMediaState', 'network_quality', '📞'.repeat(21), 'must be at most 20 characters'],
  ['reportMediaState', 'network_quality', 5, 'must be a string'],
  ['issueRtcToken', 'takeover', 'yes', 'must be true or false'],
  ['issueRtcToken', 'takeover', null, 'must be true or false'],
];

const goodMembers = (name: RouteName): Record<string, unknown> => {
  if (name === 'createCall') return { ...create };
  return { terminal_id: 'a-terminal', ...(name === 'reportMediaState' && { stage: 'checked' }) };
};

describe('a member of the wrong kind', () => {
  it.each(BAD_MEMBERS)('%s refuses %s = %s', async (name, field, value, why) => {
    const before = api.engine.carriedOut.length;
    const members = goodMembers(name);
    if (value === MISSING) delete members[field];
    else members[field] = value;
    expectRefusal(await post(name, members), `${field} ${why}`);
    expect(api.engine.carriedOut.length).toBe(before);
  });

  it('names every field that is wrong, once', async () => {
    expectRefusal(
      await post('createCall', { call_type: 7, terminal_id: '' }),
      'conversation_id must be a positive integer; target_user_id must be a positive integer; ' +
        'call_type must be "audio" or "video"; biz_type must be "single"; ' +
        'terminal_id must not be empty',
    );
  });
});

describe('limits of the documents', () => {
  it('count characters, not UTF-16 units', async () => {
    const { callId, callee } = await ringingCall(api.url);
    const terminal_id = '📞'.repeat(64);
    const reported = await sendAs(api.url, callee, 'reportMediaState', {
      callId,
      body: { terminal_id, stage: '📞'.repeat(32), network_quality: '📞'.repeat(20) },
    });
    expect(reported).toMatchObject({ status: 200, code: 0 });
    const reason = '忙'.repeat(49) + '📞';
    const rejected = await sendAs(api.url, callee, 'rejectCall', {
      callId,
      body: { terminal_id, reason },
    });
    expect(rejected.data).toMatchObject({ status: 'rejected', end_reason: reason });
  });

  it('accept null for what may be left out, and ignore members they do not know', async () => {
    const { callId, callee } = await ringingCall(api.url);
    const answer = await sendAs(api.url, callee, 'reportMediaState', {
      callId,
      body: { terminal_id: 'a', stage: 'checked', network_quality: null, extra: { deep: [1] } },
    });
    expect(answer).toMatchObject({ status: 200, code: 0 });
  });
});

const invalidUtf8 = Buffer.concat([
  Buffer.from('{"terminal_id":"'),
  Buffer.from([0xc3, 0x28]),
  Buffer.from('"}'),
]);

describe('a body that is no good', () => {
  it.each<[string, string | Uint8Array, string | RegExp]>([
    ['cut off', '{"terminal_id": "a"', /^body is not valid JSON: /],
    ['not JSON', 'terminal_id=a', /^body is not valid JSON: /],
    ['with a trailing comma', '{"terminal_id":"a",}', /^body is not valid JSON: /],
    ['with NaN', '{"terminal_id":NaN}', /^body is not valid JSON: /],
    ['naming a member twice', '{"terminal_id":"a","terminal_id":"b"}', /^body is not valid JSON: /],
    ['empty', '', 'body must be a JSON object, and is empty'],
    ['blank', '  ', /^body is not valid JSON: /],
    ['null', 'null', 'body must be a JSON object'],
    ['a list', '[{"terminal_id":"a"}]', 'body must be a JSON object'],
    ['a string', '"terminal_id"', 'body must be a JSON object'],
    ['a number', '1e400', 'body must be a JSON object'],
    ['not UTF-8', invalidUtf8, 'body is not valid UTF-8'],
    ['with half a pair', '{"terminal_id":"\\ud83d"}', /^terminal_id must not contain NUL/],
    ['of 1 MB', `{"terminal_id":"${'x'.repeat(1_000_000)}"}`, 'body must be at most 16 kB'],
    ['nested 8000 deep', `{"a":${'['.repeat(8_000)}${']'.repeat(8_000)}}`, /^(terminal_id|body)/],
    ['inheriting its members', '{"__proto__":{"terminal_id":"a"}}', 'terminal_id is required'],
    ['for a constructor', '{"constructor":{"prototype":{"x":1}}}', 'terminal_id is required'],
    ['with 1e400', '{"terminal_id":1e400}', 'terminal_id must be a string'],
  ])('is refused when it is %s', async (_how, body, why) => {
    expectRefusal(await post('acceptCall', body), why);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it.each([
    ['text/plain', /^Content-Type must be application\/json/],
    ['application/x-www-form-urlencoded', /^Content-Type must be application\/json/],
    ['application/json; charset=utf-16', /^Content-Type must be application\/json/],
    ['nonsense', /^Content-Type must be application\/json/],
  ])('is refused as %s', async (type, why) => {
    const answer = await sendAs(api.url, call.callee, 'acceptCall', {
      callId: call.callId,
      body: '{"terminal_id":"a"}',
      headers: { 'content-type': type },
    });
    expectRefusal(answer, why);
  });

  it('is refused when it is compressed', async () => {
    const answer = await sendAs(api.url, call.callee, 'acceptCall', {
      callId: call.callId,
      body: '{"terminal_id":"a"}',
      headers: { 'content-encoding': 'gzip' },
    });
    expectRefusal(answer, 'Content-Encoding must not be used');
  });

  it('is taken with a charset, a byte order mark and members of Object', async () => {
    const { callId, callee } = await ringingCall(api.url);
    const body = '\uFEFF{"terminal_id":"a","toString":1,"__proto__":{"stage":"left"},"stage":"ok"}';
    const answer = await sendAs(api.url, callee, 'reportMediaState', {
      callId,
      body,
      headers: { 'content-type': 'application/json; charset="UTF-8"' },
    });
    expect(answer).toMatchObject({ status: 200, code: 0 });
  });
});

describe('the call id of a path', () => {
  const withCallId = (['getCall', 'getCallState', 'acceptCall'] as const).flatMap((name) =>
    ['0', '-1', '1.5', '01', 'abc', '1e3', '%20', '5001%00', '٣', 'session%2F'].map(
      (callId) => [name, callId] as const,
    ),
  );
  it.each(withCallId)('is refused by %s as %s', async (name, callId) => {
    const body = name === 'acceptCall' ? { body: { terminal_id: 'a' } } : {};
    const answer = await sendAs(api.url, call.callee, name, { callId, ...body });
    expectRefusal(answer, 'callId must be a positive integer');
  });

  it('is refused from 2^53 on, and unknown just below', async () => {
    const read = (callId: string) => sendAs(api.url, call.callee, 'getCall', { callId });
    expectRefusal(await read('9007199254740992'), 'callId is out of range');
    expectRefusal(await read('99999999999999999'), /^callId must be/);
    expect(await read('9007199254740991')).toMatchObject({ status: 404, code: 41001 });
  });

  it('is refused when it cannot be decoded', async () => {
    const answer = await sendAs(api.url, call.callee, 'getCall', { callId: '%ff' });
    expectRefusal(answer, 'path cannot be decoded');
  });
});

describe('Idempotency-Key', () => {
  it.each(['', 'two words', 'ü', 'x'.repeat(256)])('is refused as "%s"', async (key) => {
    const answer = await sendAs(api.url, freshUser(), 'createCall', {
      body: createBody(freshUser()),
      headers: { 'idempotency-key': key },
    });
    expectRefusal(answer, 'Idempotency-Key must be 1 to 255 visible ASCII characters');
  });
});

it('refuses a call to oneself', async () => {
  const user = freshUser();
  const answer = await sendAs(api.url, user, 'createCall', { body: createBody(user) });
  expectRefusal(answer, 'target_user_id: must be another user');
});
