import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callIdOfSid } from '../../src/contract/call-sid.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { openPhoneStack, type PhoneStack, type PhoneUser } from '../support/phone-stack.js';
import { timed } from '../support/timed.js';

const ANSWERS = { answersAfterMs: 300 };
/** 010-56469588, as the provider is given it. */
const HOTLINE_DIALLED = '01056469588';
let there: PhoneStack;
beforeAll(async () => {
  there = await openPhoneStack();
});
afterAll(() => there?.stop());

/** What the provider was made to ring for this user. */
const placed = ({ number }: PhoneUser) =>
  there.simulator.control.ledger().calls.filter(({ request }) => request.from === number);
const recordOf = async (userId: string, callSid: string) =>
  (await there.stack.insistently(userId)).getCall({ callId: callIdOfSid(callSid) ?? 0 });

describe('a phone call', () => {
  it('rings one phone, then the other, is talked in, hung up, and kept with its record', async () => {
    const caller = await there.user(ANSWERS);
    const callee = await there.user({ answersAfterMs: 1_000, hangsUpAfterMs: 1_500 });
    const callSid = await there.dial(caller, callee);
    for (const stage of ['2', '3', '4']) await there.until(caller, callSid, stage);
    const [call] = placed(caller);
    expect(placed(caller)).toHaveLength(1);
    expect(call?.legs.map(({ number }) => number)).toEqual([caller.number, callee.number]);
    const record = await recordOf(caller.userId, callSid);
    expect(record).toMatchObject({
      channel: 'phone',
      status: 'ended',
      end_cause: 'hangup',
      ended_by: callee.userId,
      started_at: record.accepted_at,
    });
    expect(await caller.get(`callCancel/${callSid}`)).toEqual({
      data: { isSuccess: 'success' },
      returnCode: 200,
      returnMsg: 'success',
    });
  });

  it('is cancelled while a phone rings, and is over at the provider when that is said', async () => {
    const [caller, callee] = [await there.user(ANSWERS), await there.user()];
    const callSid = await there.dial(caller, callee);
    await expect.poll(() => placed(caller)[0]?.stage).toBe('calleeRings');
    expect(await caller.get(`callCancel/${callSid}`)).toMatchObject({ returnCode: 200 });
    expect(placed(caller)[0]?.byetype).toBe('-14');
    expect(await caller.get(`callState/${callSid}`)).toMatchObject({ data: { stateType: '4' } });
    expect(await recordOf(caller.userId, callSid)).toMatchObject({
      status: 'cancelled',
      ended_by: caller.userId,
    });
  });

  it('that is talked in is not cancelled, but hung up by either', async () => {
    const [caller, callee] = [await there.user(ANSWERS), await there.user(ANSWERS)];
    const callSid = await there.dial(caller, callee);
    await there.until(caller, callSid, '3');
    expect(await caller.get(`callCancel/${callSid}`)).toEqual({
      returnCode: 400,
      returnMsg: '取消呼叫失败!',
    });
    expect(placed(caller)[0]?.stage).toBe('talking');
    const client = await there.stack.insistently(callee.userId);
    await client.hangupCall({ callId: callIdOfSid(callSid) ?? 0 }, { terminal_id: 'app' });
    await there.until(caller, callSid, '4');
    expect(placed(caller)[0]?.byetype).toBe('1');
    expect(await recordOf(caller.userId, callSid)).toMatchObject({
      end_cause: 'hangup',
      ended_by: callee.userId,
    });
  });

  it('of which only the answer was lost rings once, and is found by the provider’s question', async () => {
    const [caller, callee] = [await there.user(ANSWERS), await there.user(ANSWERS)];
    const fault = { on: 'Calls/Callback', caller: caller.number } as const;
    there.simulator.control.fault({ ...fault, kind: 'lose-answer' });
    const callSid = await there.dial(caller, callee);
    await there.until(caller, callSid, '3');
    expect(await there.dial(caller, callee)).toBe(callSid);
    expect(placed(caller)).toHaveLength(1);
    const client = await there.stack.insistently(caller.userId);
    await client.hangupCall({ callId: callIdOfSid(callSid) ?? 0 }, { terminal_id: 'app' });
    await there.until(caller, callSid, '4');
  });

  it('that something in between sent twice rings only once: the second is forbidden', async () => {
    const [caller, callee] = [await there.user(ANSWERS), await there.user(ANSWERS)];
    const fault = { on: 'Calls/Callback', caller: caller.number } as const;
    there.simulator.control.fault({ ...fault, kind: 'twice' });
    const callSid = await there.dial(caller, callee);
    await expect
      .poll(() => placed(caller).filter(({ byetype }) => byetype === '-7'))
      .toHaveLength(1);
    await expect.poll(() => placed(caller).filter(({ legs }) => legs.length > 0)).toHaveLength(1);
    await pause(500);
    expect(placed(caller).filter(({ legs }) => legs.length > 0)).toHaveLength(1);
    const client = await there.stack.insistently(caller.userId);
    await client.hangupCall({ callId: callIdOfSid(callSid) ?? 0 }, { terminal_id: 'app' });
    await there.until(caller, callSid, '4');
    await expect
      .poll(() => placed(caller).every(({ endedAt }) => endedAt !== undefined))
      .toBe(true);
  });

  it('reaches the hotline, whose fixed number is dialled as at home', async () => {
    there.simulator.control.script({ number: HOTLINE_DIALLED, phone: ANSWERS });
    const caller = await there.user({ ...ANSWERS, hangsUpAfterMs: 2_500 });
    const placedNow = await caller.get('callService');
    const callSid = placedNow.data?.callSid ?? '';
    expect(await caller.get('callService')).toEqual(placedNow);
    for (const stage of ['3', '4']) await there.until(caller, callSid, stage);
    expect(placed(caller).map(({ request }) => request.to)).toEqual([HOTLINE_DIALLED]);
    expect(placed(caller)[0]?.legs.map(({ side }) => side)).toEqual(['caller', 'callee']);
    expect(await recordOf(caller.userId, callSid)).toMatchObject({
      channel: 'phone',
      end_cause: 'hangup',
      ended_by: caller.userId,
    });
  });

  it('is answered within five seconds, however slowly an account is made and a call is placed', async () => {
    const slowly = async (accountMs: number, placedMs: number) => {
      const [caller, callee] = [await there.user(), await there.user()];
      const { control } = there.simulator;
      const whose = `switchyard-${caller.userId}`;
      control.fault({ on: 'SubAccounts', kind: 'slow-answer', caller: whose, ms: accountMs });
      // Before it is carried out the provider asks nothing by which the call would be heard of.
      const late = { kind: 'slow-effect', caller: caller.number, ms: placedMs } as const;
      control.fault({ on: 'Calls/Callback', ...late });
      const { answer, ms, slackMs } = await timed(caller.get(`call/${callee.userId}`));
      expect(ms - slackMs).toBeLessThan(5_000);
      return { caller, callee, answer };
    };
    const [tooSlow, slow] = await Promise.all([slowly(4_500, 0), slowly(2_000, 3_200)]);
    // A busy machine may have no time left to say that nobody rings: then the call is over soon.
    const { callSid: refused } = tooSlow.answer.data ?? {};
    if (refused === undefined) {
      expect(tooSlow.answer).toEqual({ returnCode: 500, returnMsg: '系统内部异常!' });
    } else await there.until(tooSlow.caller, refused, '4');
    expect(slow.answer).toMatchObject({ returnCode: 200, returnMsg: 'success' });
    await expect.poll(() => placed(slow.caller).map(({ stage }) => stage)).toEqual(['callerRings']);
    expect(placed(tooSlow.caller)).toEqual([]);
    // It was made all the same: the next call is placed with it.
    const callSid = await there.dial(tooSlow.caller, tooSlow.callee);
    expect(placed(tooSlow.caller)).toHaveLength(1);
    expect(await tooSlow.caller.get(`callCancel/${callSid}`)).toMatchObject({ returnCode: 200 });
  });

  it('of another user is nobody’s business', async () => {
    const [caller, callee] = [await there.user(ANSWERS), await there.user()];
    const callSid = await there.dial(caller, callee);
    const answer = { returnCode: 400, returnMsg: '用户信息有误!' };
    const forged = `0${callSid.slice(1)}`;
    for (const [user, sid] of [
      [callee, callSid],
      [await there.user(), callSid],
      [caller, forged],
      [caller, '1'],
    ] as const) {
      expect(await user.get(`callCancel/${sid}`)).toEqual(answer);
      expect(await user.get(`callState/${sid}`)).toEqual(answer);
    }
    expect(await caller.get(`callCancel/${callSid}`)).toMatchObject({ returnCode: 200 });
  });
});

describe('a phone call whose workflow was terminated from outside', () => {
  it('is hung up at the provider within a minute', async () => {
    const [caller, callee] = [await there.user(ANSWERS), await there.user()];
    const callSid = await there.dial(caller, callee);
    await expect.poll(() => placed(caller)[0]?.stage).toBe('calleeRings');
    const { temporalAddress: address, namespace } = there.stack;
    const connection = await Connection.connect({ address });
    try {
      const client = new Client({ connection, namespace });
      await client.workflow
        .getHandle(callWorkflowId(callIdOfSid(callSid) ?? 0))
        .terminate('by hand');
    } finally {
      await connection.close();
    }
    await expect
      .poll(() => placed(caller)[0]?.endedAt, { timeout: 120_000, interval: 500 })
      .toBeDefined();
    await there.until(caller, callSid, '4');
  });
});
