import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../../support/api-client.js';
import { goodClaims, hs256 } from '../../support/tokens.js';
import { get, type PhoneApi, reachable, startPhoneApi } from './fixtures.js';

let api: PhoneApi;
beforeAll(async () => {
  api = await startPhoneApi();
});
afterAll(() => api.stop());

it('an operator switches dialling off for every process, and on again', async () => {
  const [there, elsewhere] = [await api.as({}), await api.as({})];
  const [caller, callee] = [await reachable(there), await reachable(there)];
  const token = await hs256({ ...goodClaims('night-shift'), scope: 'service ops' });
  const dialling = async (body?: { readonly allowed: boolean }) => {
    const change = body === undefined ? {} : { method: 'PUT', body };
    return (await send(`${there.url}/api/phone/dialling`, { token, ...change })).data;
  };
  const before = there.engine.carriedOut.length;

  expect(await dialling({ allowed: false })).toEqual({ allowed: false });
  expect(await dialling()).toEqual({ allowed: false });
  for (const process of [there, elsewhere]) {
    expect((await get(process, `call/${callee}`, caller)).body).toStrictEqual({
      returnCode: 400,
      returnMsg: '呼叫请求的参数有误,请联系管理员!',
    });
    await expect.poll(() => process.log()).toContain('"code":"switched_off"');
  }
  expect(there.engine.carriedOut.slice(before)).toEqual([]);

  expect(await dialling({ allowed: true })).toEqual({ allowed: true });
  expect(await dialling()).toEqual({ allowed: true });
  expect((await get(elsewhere, `call/${callee}`, caller)).body.returnCode).toBe(200);
  expect(there.engine.carriedOut.slice(before)).toHaveLength(1);
});
