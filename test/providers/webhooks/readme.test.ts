import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { newCall } from '../../../src/call/new-call.js';
import { webhookPayload } from '../../../src/contract/event-view.js';
import { pingPayload } from '../../../src/contract/webhook-view.js';
import { createWebhookSender } from '../../../src/providers/webhooks/webhook-sender.js';
import { sectionOf } from '../../e2e/readme-blocks.js';
import { PROJECT } from '../../support/built-product.js';
import { freePort } from '../../support/free-port.js';
import { runProgram } from '../../support/running-program.js';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const FORGED = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const call = newCall(
  {
    callId: 5,
    channel: 'rtc',
    callType: 'audio',
    bizType: 'single',
    caller: { userId: '1' },
    calleeIds: ['2'],
    ringTimeoutMs: 30_000,
    limits: { maxDurationMs: 1, allLeftGraceMs: 1 },
  },
  Date.now(),
);
const event = { type: 'call.incoming', version: 1, at: Date.now(), userId: '2' } as const;
const body = JSON.stringify(webhookPayload({ id: '5-1-0', event, state: call }, Date.now()));

it('verifies a webhook as the README shows, drops what it knows, and takes a ping', async () => {
  const section = sectionOf(await readFile(`${PROJECT}README.md`, 'utf8'), 'Webhooks');
  const [, code] = /^```js\n(.*?)^```$/ms.exec(section) ?? [];
  if (code === undefined) throw new Error('README shows no receiver');
  const folder = `${PROJECT}node_modules/.cache`;
  const file = `${folder}/readme-receiver-${process.pid}.mjs`;
  await mkdir(folder, { recursive: true });
  await writeFile(file, code);
  onTestFinished(() => rm(file));
  const port = String(await freePort());
  const receiver = await runProgram([process.execPath, file], {
    cwd: PROJECT,
    env: { ...process.env, WEBHOOK_SECRET: SECRET, PORT: port },
  });
  onTestFinished(() => receiver.destroy());
  const sender = createWebhookSender({ allowedNetworks: ['127.0.0.0/8'] });
  onTestFinished(() => sender.close());
  const post = (secret: string, id = '5-1-0', text = body) =>
    sender.send({
      id,
      endpointId: 'we_1',
      url: `http://127.0.0.1:${port}/`,
      secrets: [secret],
      body: text,
    });
  await expect.poll(() => post(FORGED)).toMatchObject({ httpStatus: 401 });
  expect(await post(SECRET)).toMatchObject({ httpStatus: 204 });
  expect(await post(SECRET)).toMatchObject({ httpStatus: 204 });
  await receiver.until(/call\.incoming 5 1 calling/);
  expect(receiver.stdout()).toBe('call.incoming 5 1 calling\n');
  const ping = JSON.stringify(pingPayload('we_1', Date.now()));
  expect(await post(SECRET, 'ping-1', ping)).toMatchObject({ httpStatus: 204 });
  await receiver.until(/webhook\.ping/);
  expect(await post(SECRET)).toMatchObject({ httpStatus: 204 });
});
