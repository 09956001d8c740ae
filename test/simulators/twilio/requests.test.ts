import { describe, expect, it } from 'vitest';
import { TWILIO } from '../../support/twilio.js';
import { codeOf, HANGS_UP, OTHER, sdkOf, TO, there } from './fixtures.js';

const NOBODY = `CA${'0'.repeat(32)}`;
const CALL = { to: TO, from: TWILIO.number, twiml: HANGS_UP };

describe('a call that the SDK creates', () => {
  it('has each member that it was asked for with, and is shown as published', async () => {
    const { simulator, sdk, door } = await there();
    const call = await sdk.calls.create({
      ...CALL,
      statusCallback: `${door}/status`,
      statusCallbackMethod: 'POST',
      statusCallbackEvent: ['initiated', 'answered'],
      timeout: 30,
      timeLimit: 90,
    });
    expect(call).toMatchObject({
      accountSid: TWILIO.accountSid,
      to: TO,
      from: TWILIO.number,
      status: 'queued',
      direction: 'outbound-api',
      apiVersion: '2010-04-01',
      parentCallSid: null,
      startTime: null,
      endTime: null,
    });
    expect(call.sid).toMatch(/^CA[0-9a-f]{32}$/);
    expect(call.dateCreated).toBeNull();
    await expect.poll(async () => (await sdk.calls(call.sid).fetch()).status).toBe('ringing');
    const { dateCreated } = await sdk.calls(call.sid).fetch();
    expect(Math.abs(dateCreated.getTime() - Date.now())).toBeLessThan(60_000);
    const [made] = simulator.control.ledger().calls;
    expect(made?.request).toMatchObject({
      to: TO,
      statusCallback: `${door}/status`,
      events: ['initiated', 'answered'],
      ringMs: 30_000,
      limitMs: 90_000,
    });
  });

  it.each([
    ['To', { to: '4155550123' }, 21_211],
    ['From', { from: OTHER }, 21_210],
    ['Twiml', { twiml: '<Response><Sing/></Response>' }, 21_218],
    ['Twiml', { twiml: 'hello' }, 21_218],
    ['StatusCallback', { statusCallback: 'calls.example.com' }, 21_609],
    ['StatusCallbackMethod', { statusCallbackMethod: 'PUT' }, 20_001],
    ['Timeout', { timeout: 601 }, 20_001],
    ['Timeout', { timeout: 0 }, 20_001],
    ['TimeLimit', { timeLimit: -1 }, 20_001],
    ['a member that is not simulated', { record: true }, 20_001],
  ])('is refused for a wrong %s: %o', async (_member, change, code) => {
    const { simulator, sdk } = await there();
    expect(await codeOf(sdk.calls.create({ ...CALL, ...change }))).toBe(code);
    expect(simulator.control.ledger().calls).toEqual([]);
  });

  it.each(['To', 'From', 'Twiml'])('is refused without %s', async (missing) => {
    const { simulator } = await there();
    const members = { To: TO, From: TWILIO.number, Twiml: HANGS_UP };
    const form = new URLSearchParams(members);
    form.delete(missing);
    const authorization = `Basic ${btoa(`${TWILIO.accountSid}:${TWILIO.authToken}`)}`;
    const path = `/2010-04-01/Accounts/${TWILIO.accountSid}/Calls.json`;
    const answer = await fetch(simulator.url + path, {
      method: 'POST',
      headers: { authorization },
      body: form,
    });
    expect(answer.status).toBe(400);
    expect(simulator.control.ledger().calls).toEqual([]);
  });

  it('is nobody’s without the account’s own token', async () => {
    const { simulator } = await there();
    const stranger = sdkOf(simulator, 'another');
    expect(await codeOf(stranger.calls.create(CALL))).toBe(20_003);
    expect(await codeOf(stranger.calls(NOBODY).fetch())).toBe(20_003);
    expect(simulator.control.ledger()).toMatchObject({ calls: [], requests: {} });
  });
});

describe('a call that the SDK asks for', () => {
  it('is found by whom it rings, from where, by its status and by the one that dialled it', async () => {
    const { simulator, sdk } = await there();
    const twiml = `<Response><Dial callerId="${TWILIO.number}"><Number>${OTHER}</Number></Dial></Response>`;
    const first = await sdk.calls.create({ ...CALL, twiml });
    const sids = async (by: Parameters<typeof sdk.calls.list>[0]) =>
      (await sdk.calls.list(by)).map(({ sid }) => sid);
    expect(await sids({ to: TO, from: TWILIO.number })).toEqual([first.sid]);
    expect(await sids({ to: OTHER })).toEqual([]);
    const act = () => simulator.control.act({ sid: first.sid, does: 'answer' });
    await expect.poll(act).toBe(true);
    await expect.poll(() => sids({ parentCallSid: first.sid })).toHaveLength(1);
    const [second] = await sdk.calls.list({ parentCallSid: first.sid });
    expect(second).toMatchObject({ to: OTHER, direction: 'outbound-dial', status: 'ringing' });
    expect(await sids({ status: 'in-progress' })).toEqual([first.sid]);
    expect(await sids({ limit: 20 })).toEqual([second?.sid, first.sid]);
    expect(await codeOf(sdk.calls.list({ startTimeAfter: new Date() }))).toBe(20_001);
  });

  it('that does not exist is not found', async () => {
    const { sdk } = await there();
    expect(await codeOf(sdk.calls(NOBODY).fetch())).toBe(20_404);
    expect(await codeOf(sdk.calls(NOBODY).update({ status: 'canceled' }))).toBe(20_404);
  });
});

describe('a call that the SDK updates', () => {
  it('is canceled while it rings, and not once it was answered', async () => {
    const { simulator, sdk } = await there();
    const [one, two] = [await sdk.calls.create(CALL), await sdk.calls.create(CALL)];
    expect((await sdk.calls(one.sid).update({ status: 'canceled' })).status).toBe('canceled');
    await expect.poll(() => simulator.control.act({ sid: two.sid, does: 'answer' })).toBe(true);
    await expect.poll(async () => (await sdk.calls(two.sid).fetch()).status).toBe('completed');
    expect(await codeOf(sdk.calls(two.sid).update({ status: 'canceled' }))).toBe(21_220);
    expect(await codeOf(sdk.calls(one.sid).update({ status: 'completed' }))).toBe(21_220);
  });

  it('is completed whether it rings or is talked in, and says when, and for how long', async () => {
    const twiml = '<Response><Gather action="http://127.0.0.1:1/" timeout="60"/></Response>';
    const { simulator, sdk } = await there();
    const { sid } = await sdk.calls.create({ ...CALL, twiml });
    await expect.poll(() => simulator.control.act({ sid, does: 'answer' })).toBe(true);
    expect((await sdk.calls(sid).update({ status: 'canceled' })).status).toBe('in-progress');
    const over = await sdk.calls(sid).update({ status: 'completed' });
    expect(over).toMatchObject({ status: 'completed', duration: '0' });
    expect(over.endTime.getTime()).toBeGreaterThanOrEqual(over.startTime.getTime());
  });

  it('takes no status but those two, and nothing else', async () => {
    const { sdk } = await there();
    const { sid } = await sdk.calls.create(CALL);
    expect(await codeOf(sdk.calls(sid).update({ status: 'busy' as 'completed' }))).toBe(20_001);
    expect(await codeOf(sdk.calls(sid).update({ twiml: HANGS_UP }))).toBe(20_001);
    expect((await sdk.calls(sid).fetch()).status).toMatch(/queued|ringing/);
  });
});
