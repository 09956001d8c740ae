import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RobotBackend, robotBackend, userSig } from '../../support/robot-backend.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { aGate } from './fixtures.js';

let api: TestApi;
let backend: RobotBackend;
beforeAll(async () => {
  api = await startTestApi({ gate: aGate(), carriesCallbacks: true });
  backend = robotBackend(api.url);
});
afterAll(() => api.stop());

const setting = {
  Url: 'https://backend.test/tencent?secret=s%2F1',
  CallbackCommandList: ['Call.CallbackAfterEndCall'],
};
const config = (command: string, body: object = {}) => backend.send(`call_config/${command}`, body);

describe('the callback URL of a backend', () => {
  it('is what it set, until it sets another one or deletes it', async () => {
    expect(await config('get_callback')).toMatchObject({ ErrorCode: 100301 });
    expect(await config('set_callback', setting)).toMatchObject({
      ErrorCode: 0,
      ActionStatus: 'OK',
    });
    expect((await config('get_callback')).Response).toEqual(setting);
    const other = { Url: 'http://10.0.0.1:8080/', CallbackCommandList: [] };
    await config('set_callback', other);
    expect((await config('get_callback')).Response).toEqual(other);
    expect(await config('delete_callback')).toMatchObject({ ErrorCode: 0 });
    expect(await config('get_callback')).toMatchObject({ ErrorCode: 100301 });
    expect(await config('delete_callback')).toMatchObject({ ErrorCode: 0 });
  });

  it.each([
    ['Url', { Url: undefined }],
    ['Url', { Url: 5 }],
    ['Url', { Url: 'ftp://backend.test/' }],
    ['Url', { Url: 'https://' }],
    ['CallbackCommandList', { CallbackCommandList: undefined }],
    ['CallbackCommandList', { CallbackCommandList: 'Call.CallbackAfterEndCall' }],
    ['CallbackCommandList', { CallbackCommandList: ['State.StateChange'] }],
    ['CallbackCommandList', { CallbackCommandList: [5] }],
  ])('is not set by a request whose %s is wrong: %j', async (member, change) => {
    await config('set_callback', setting);
    const answer = await config('set_callback', { ...setting, ...change });
    expect(answer).toMatchObject({ ErrorCode: 100002, ErrorInfo: expect.stringContaining(member) });
    expect((await config('get_callback')).Response).toEqual(setting);
  });

  it('is no affair of who may not command the application', async () => {
    const stranger = { identifier: 'jack', usersig: userSig('jack') };
    for (const command of ['set_callback', 'get_callback', 'delete_callback']) {
      const answer = await backend.send(`call_config/${command}`, setting, stranger);
      expect(answer).toMatchObject({ ErrorCode: 60010 });
    }
  });
});
