import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { callIdOfSid } from '../../src/contract/call-sid.js';
import type { Phone } from '../../src/simulators/twilio/settings.js';
import type { TwilioSimulator } from '../../src/simulators/twilio/simulator.js';
import { freePort } from '../support/free-port.js';
import { type PhoneAnswer, type PhoneUser, phoneUserAt } from '../support/phone-stack.js';
import { openStack, type Stack } from '../support/stack.js';
import { openTwilio, TWILIO } from '../support/twilio.js';

const HOTLINE = '+14155550199';

let stack: Stack;
let simulator: TwilioSimulator;

beforeAll(async () => {
  simulator = await openTwilio();
  stack = await openWith({});
});
afterAll(async () => {
  await stack?.stop();
  await simulator?.stop();
});

/** In a folder of its own, which goes with it. */
async function openWith(env: NodeJS.ProcessEnv): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-twilio-'));
  const port = await freePort();
  const opened = await openStack({
    env: {
      SWITCHYARD_DIR: folder,
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      TELEPHONY: 'twilio',
      TWILIO_API: simulator.url,
      TWILIO_ACCOUNT_SID: TWILIO.accountSid,
      TWILIO_AUTH_TOKEN: TWILIO.authToken,
      TWILIO_CALLER_NUMBER: TWILIO.number,
      PHONE_REGION: 'US',
      PHONE_HOTLINE: HOTLINE,
      ...env,
    },
  });
  return {
    ...opened,
    async stop() {
      await opened.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let last = 100;
const CONFIRMS: Phone = { answersAfterMs: 300, pressesKeyAfterMs: 300 };

async function user(phone: Phone = {}, { url } = stack): Promise<PhoneUser> {
  last += 1;
  const [userId, number] = [String(800_000 + last), `+14155550${last}`];
  simulator.control.script({ number, phone });
  return phoneUserAt(url, userId, number);
}

async function dial(caller: PhoneUser, callee: PhoneUser): Promise<string> {
  return placed(await caller.get(`call/${callee.userId}`));
}

function placed(answer: PhoneAnswer): string {
  if (answer.data?.callSid === undefined) throw new Error(JSON.stringify(answer));
  return answer.data.callSid;
}

const stateOf = (caller: PhoneUser, callSid: string) => async () =>
  (await caller.get(`callState/${callSid}`)).data?.stateType;
const calls = ({ number }: PhoneUser) =>
  simulator.control.ledger().calls.filter(({ request }) => request.to === number);
const recordOf = async ({ userId }: PhoneUser, callSid: string) =>
  (await stack.insistently(userId)).getCall({ callId: callIdOfSid(callSid) ?? 0 });
const WITHIN = { timeout: 20_000, interval: 100 };

describe('a phone call through Twilio', () => {
  it('rings the caller, who presses a key, then the other, is talked in and hung up', async () => {
    const caller = await user(CONFIRMS);
    const callee = await user({ answersAfterMs: 500, hangsUpAfterMs: 1_500 });
    const callSid = await dial(caller, callee);
    await expect.poll(stateOf(caller, callSid), WITHIN).toBe('3');
    await expect.poll(stateOf(caller, callSid), WITHIN).toBe('4');
    expect([calls(caller).length, calls(callee).length]).toEqual([1, 1]);
    const record = await recordOf(caller, callSid);
    expect(record).toMatchObject({ channel: 'phone', status: 'ended', end_cause: 'hangup' });
    expect(record.started_at).toBe(record.accepted_at);
  });

  it('reaches the hotline', async () => {
    simulator.control.script({ number: HOTLINE, phone: { answersAfterMs: 300 } });
    const caller = await user({ ...CONFIRMS, hangsUpAfterMs: 2_500 });
    const callSid = placed(await caller.get('callService'));
    await expect.poll(stateOf(caller, callSid), WITHIN).toBe('3');
    await expect.poll(stateOf(caller, callSid), WITHIN).toBe('4');
    const rung = simulator.control.ledger().calls.filter(({ request }) => request.to === HOTLINE);
    expect(rung.map(({ status }) => status)).toEqual(['completed']);
  });

  it('asks for no key where that is not wanted', async () => {
    const other = await openWith({ PHONE_CONFIRM_CALLER: 'none' });
    onTestFinished(() => other.stop());
    const caller = await user({ answersAfterMs: 300 }, other);
    const callee = await user({ answersAfterMs: 300, hangsUpAfterMs: 1_000 }, other);
    const callSid = await dial(caller, callee);
    await expect.poll(() => calls(callee)[0]?.answeredAt, WITHIN).toBeDefined();
    await expect.poll(stateOf(caller, callSid), WITHIN).toBe('4');
    expect([calls(caller).length, calls(callee).length]).toEqual([1, 1]);
  });

  it('is cancelled while the other side rings, and neither phone rings any more', async () => {
    const [caller, callee] = [await user(CONFIRMS), await user()];
    const callSid = await dial(caller, callee);
    await expect.poll(() => calls(callee)[0]?.status, WITHIN).toBe('ringing');
    expect(await caller.get(`callCancel/${callSid}`)).toMatchObject({ returnCode: 200 });
    expect(calls(callee)[0]?.status).toBe('canceled');
    expect(await recordOf(caller, callSid)).toMatchObject({
      status: 'cancelled',
      ended_by: caller.userId,
    });
  });

  it('of which only the answer was lost rings once, and goes on', async () => {
    const [caller, callee] = [await user(CONFIRMS), await user({ answersAfterMs: 300 })];
    simulator.control.fault({ on: 'POST Calls', kind: 'lose-answer', caller: caller.number });
    const callSid = await dial(caller, callee);
    await expect.poll(stateOf(caller, callSid), WITHIN).toBe('3');
    expect(calls(caller)).toHaveLength(1);
    const client = await stack.insistently(callee.userId);
    await client.hangupCall({ callId: callIdOfSid(callSid) ?? 0 }, { terminal_id: 'app' });
    await expect.poll(stateOf(caller, callSid), WITHIN).toBe('4');
    expect(calls(callee)[0]?.status).toBe('completed');
  });

  it('whose every callback but the question and the last one is lost is followed by asking', async () => {
    const caller = await user(CONFIRMS);
    const callee = await user({ answersAfterMs: 300, hangsUpAfterMs: 3_000 });
    for (const name of ['caller', 'callee']) {
      for (const status of ['initiated', 'ringing', 'in-progress']) {
        const on = `${name} ${status}`;
        simulator.control.fault({ on, kind: 'lose-answer', caller: caller.number });
      }
    }
    const on = 'callee completed';
    simulator.control.fault({ on, kind: 'lose-answer', caller: caller.number });
    const callSid = await dial(caller, callee);
    await expect.poll(stateOf(caller, callSid), WITHIN).toBe('3');
    await expect.poll(stateOf(caller, callSid), WITHIN).toBe('4');
    expect(await recordOf(caller, callSid)).toMatchObject({ end_cause: 'hangup' });
  });

  it('ends when the caller’s voicemail presses no key, and rings no stranger', async () => {
    const [voicemail, callee] = [
      await user({ answersAfterMs: 0, hangsUpAfterMs: 1_500 }),
      await user(),
    ];
    const callSid = await dial(voicemail, callee);
    await expect.poll(stateOf(voicemail, callSid), WITHIN).toBe('4');
    expect(calls(callee)).toEqual([]);
    expect(await recordOf(voicemail, callSid)).toMatchObject({ end_cause: 'cancelled' });
  });
});
