import { afterAll, beforeAll, expect, it } from 'vitest';
import { idempotencyOf } from '../../src/api/idempotency-key.js';
import { sendAs } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { createBody, freshUser } from './fixtures.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const create = (caller: string, body: object, key?: string) =>
  sendAs(api.url, caller, 'createCall', {
    body,
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });

it('answers a repeat under the same key with the same call, marked as replayed', async () => {
  const caller = freshUser();
  const body = createBody(freshUser());
  const first = await create(caller, body, 'key-1');
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  const { call_id: callId } = first.data ?? {};
  await sendAs(api.url, caller, 'cancelCall', {
    callId: Number(callId),
    body: { terminal_id: body.terminal_id },
  });
  const again = await create(caller, { ...body, extra: 1 }, 'key-1');
  expect(again).toMatchObject({ status: 200, code: 0 });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.data).toMatchObject({ call_id: callId, status: 'calling', version: 1 });
});

it('answers 42201 to the same key with another body', async () => {
  const caller = freshUser();
  const body = createBody(freshUser());
  await create(caller, body, 'key-2');
  const other = await create(caller, { ...body, call_type: 'audio' }, 'key-2');
  expect(other).toMatchObject({ status: 422, code: 42201, data: null });
});

it('keeps the keys of two callers apart', async () => {
  const one = await create(freshUser(), createBody(freshUser()), 'key-3');
  const two = await create(freshUser(), createBody(freshUser()), 'key-3');
  expect([one.code, two.code]).toStrictEqual([0, 0]);
  expect(two.data?.call_id).not.toBe(one.data?.call_id);
});

it('answers the same create without a key with the call that still rings', async () => {
  const caller = freshUser();
  const body = createBody(freshUser());
  const first = await create(caller, body);
  const again = await create(caller, body);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.data?.call_id).toBe(first.data?.call_id);
});

it('hashes a body by its members, whatever their order', () => {
  const hash = (body: object) => idempotencyOf('k', body)?.bodyHash;
  expect(hash({ a: 1, b: '1' })).toBe(hash({ b: '1', a: 1, c: undefined }));
  expect(hash({ a: 1 })).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set([{ a: 1 }, { a: '1' }, { b: 1 }, { a: 2 }, { a: 1, b: 1 }].map(hash)).size).toBe(
    5,
  );
});

it('takes a key of 255 visible characters', async () => {
  const key = '!~'.repeat(127) + 'x';
  expect((await create(freshUser(), createBody(freshUser()), key)).code).toBe(0);
});
