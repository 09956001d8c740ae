import { expect, it, onTestFinished } from 'vitest';
import { startTencentSimulator } from '../../src/simulators/tencent/simulator.js';
import { robotBackend, SDK_APP_ID, SECRET_KEY } from '../support/robot-backend.js';
import { createWorkplace } from '../support/workplace.js';

const SECRET = 'a-secret-of-tests';

async function tencentAndUs(settings: NodeJS.ProcessEnv = {}) {
  const simulator = await startTencentSimulator({
    port: 0,
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
  });
  onTestFinished(() => simulator.stop());
  const place = await createWorkplace();
  onTestFinished(() => place.remove());
  const env = {
    TRTC_SDK_APP_ID: String(SDK_APP_ID),
    TRTC_SECRET_KEY: SECRET_KEY,
    TENCENT_CALL_API: simulator.url,
    TENCENT_CALLBACK_URL: 'https://calls.test/',
    TENCENT_CALLBACK_SECRET: SECRET,
    ...settings,
  };
  const run = (errand: string) => place.run(['tencent', errand], env);
  return { run, tencent: robotBackend(simulator.url) };
}

it('has Tencent send callbacks here, and says where it sent them before', async () => {
  const { run, tencent } = await tencentAndUs();
  expect(await run('get-callback')).toMatchObject({ code: 0, stdout: 'none\n', stderr: '' });
  const Url = 'https://backend.test/callbacks';
  const CallbackCommandList = ['Call.CallbackAfterEndCall'];
  await tencent.send('call_config/set_callback', { Url, CallbackCommandList });
  const ours = `https://calls.test/webhooks/tencent-call/${SECRET}`;
  expect(await run('set-callback')).toMatchObject({
    code: 0,
    stdout: `before: ${Url} Call.CallbackAfterEndCall\nnow: ${ours}\n`,
  });
  expect((await tencent.send('call_config/get_callback', {})).Response).toEqual({
    Url: ours,
    CallbackCommandList: [
      'Call.CallbackAfterStartCall',
      'Call.CallbackAfterMemberChanged',
      'Call.CallbackAfterEndCall',
    ],
  });
  expect(await run('delete-callback')).toMatchObject({ code: 0 });
  expect(await run('get-callback')).toMatchObject({ stdout: 'none\n' });
});

it('says in one line what is missing, or what Tencent refused', async () => {
  const { run } = await tencentAndUs({ TENCENT_CALLBACK_SECRET: '', TRTC_SECRET_KEY: 'another' });
  expect(await run('get-callback')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^switchyard: Tencent: 70009 .*\n$/),
  });
  const lacking = await tencentAndUs({ TENCENT_CALLBACK_SECRET: '' });
  expect(await lacking.run('set-callback')).toMatchObject({
    code: 1,
    stderr:
      'switchyard: wrong settings\n  TENCENT_CALLBACK_URL, TENCENT_CALLBACK_SECRET: needed to be called back\n',
  });
});
