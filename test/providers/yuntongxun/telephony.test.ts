import { describe, expect, it } from 'vitest';
import { dialled } from '../../../src/providers/yuntongxun/dialled.js';
import { parseStateWords } from '../../../src/providers/yuntongxun/telephony.js';
import { ACCOUNT, APP_ID } from '../../support/yuntongxun.js';
import { CALLER, HOTLINE, line, placedOn, TOKEN, telephonyAt } from './fixtures.js';

describe('placing', () => {
  it('asks for a two-way callback that carries our token, and learns the id of the call', async () => {
    const there = await line({}, { cdrUrl: 'http://127.0.0.1:1/CDR' });
    const placed = await there.telephony.place({ ...there.dial, shown: HOTLINE });
    const [call] = there.simulator.control.ledger().calls;
    expect(placed).toEqual({ kind: 'accepted', providerCallId: call?.callSid });
    expect(call?.callSid).toMatch(/^\d{32}$/);
    expect(call?.request.body).toEqual({
      appId: APP_ID,
      from: '13800138000',
      to: '13900139000',
      customerSerNum: '01056469588',
      fromSerNum: '01056469588',
      userData: TOKEN,
      maxCallTime: '60',
      needBothCdr: '1',
      hangupCdrUrl: 'http://127.0.0.1:1/CDR',
    });
  });

  it('writes numbers as they are dialled in China', () => {
    expect(dialled('+8613800138000')).toBe('13800138000');
    expect(dialled('+861056469588')).toBe('01056469588');
    expect(dialled('+14155552671')).toBe('0014155552671');
  });

  it('says of numbers that were refused that it is the numbers', async () => {
    const { telephony, dial } = await line();
    const same = await telephony.place({ ...dial, callee: CALLER });
    expect(same).toEqual({ kind: 'refused', reason: 'numbers', evidence: { code: '111702' } });
  });

  it('says of an account that was refused that it is the account', async () => {
    const { telephony, dial } = await line();
    const forged = { ...dial.account, token: 'another' };
    expect(await telephony.place({ ...dial, account: forged })).toEqual({
      kind: 'refused',
      reason: 'account',
      evidence: { code: '111109' },
    });
  });
});

describe('cancelling', () => {
  it('is done while a phone rings, and shows as cancelled', async () => {
    const there = await line();
    const providerCallId = await placedOn(there);
    const { account, telephony, simulator } = there;
    await expect.poll(() => simulator.control.ledger().calls[0]?.stage).toBe('callerRings');
    const guard = 'before_callee_answers';
    expect(await telephony.cancel({ account, providerCallId, guard })).toEqual({
      kind: 'cancelled',
    });
    expect(simulator.control.ledger().calls[0]?.byetype).toBe('-14');
  });

  it('before an answer is declined once that has come, and the call goes on', async () => {
    const there = await line();
    const providerCallId = await placedOn(there);
    const { account, telephony, simulator } = there;
    const { control } = simulator;
    const act = (side: 'caller' | 'callee') => () =>
      control.act({ callSid: providerCallId, side, does: 'answer' });
    const cancel = (guard: 'always' | 'before_callee_answers' | 'before_caller_answers') =>
      telephony.cancel({ account, providerCallId, guard });
    await expect.poll(act('caller')).toBe(true);
    expect((await cancel('before_caller_answers')).kind).toBe('declined');
    expect(act('callee')()).toBe(true);
    expect((await cancel('before_callee_answers')).kind).toBe('declined');
    expect(control.ledger().calls[0]?.stage).toBe('talking');
    expect((await cancel('always')).kind).toBe('cancelled');
    expect(control.ledger().calls[0]?.byetype).toBe('1');
    expect((await cancel('always')).kind).toBe('declined');
  });

  it('of somebody else’s call is declined', async () => {
    const there = await line();
    const providerCallId = await placedOn(there);
    const other = await there.telephony.subAccount('switchyard-10002');
    if (other.kind !== 'account') throw new Error(other.kind);
    const { account } = other;
    const cancel = { account, providerCallId, guard: 'always' } as const;
    expect((await there.telephony.cancel(cancel)).kind).toBe('declined');
  });
});

describe('asking for the state', () => {
  it('proves nothing by a word whose meaning nobody wrote down', async () => {
    const there = await line();
    const providerCallId = await placedOn(there);
    expect(there.telephony.saysStages).toBe(false);
    const { kind } = await there.telephony.query(providerCallId);
    expect(kind).toBe('unspecified');
    expect((await there.telephony.query('160905101609')).kind).toBe('declined');
  });

  it('says how far the call is by the words that an operator explained', async () => {
    const stateWords = parseStateWords('1=caller_ringing, 3=callee_ringing,4=bridged,5=over');
    const there = await line({}, { stateWords });
    const providerCallId = await placedOn(there);
    const { telephony, simulator } = there;
    const query = () => telephony.query(providerCallId);
    const act = (side: 'caller' | 'callee', does: 'answer' | 'hangUp') => () =>
      simulator.control.act({ callSid: providerCallId, side, does });
    expect(telephony.saysStages).toBe(true);
    await expect.poll(query).toEqual({ kind: 'live', stage: 'caller_ringing' });
    act('caller', 'answer')();
    expect(await query()).toEqual({ kind: 'live', stage: 'callee_ringing' });
    act('callee', 'answer')();
    expect(await query()).toEqual({ kind: 'live', stage: 'bridged' });
    act('callee', 'hangUp')();
    expect(await query()).toEqual({ kind: 'over' });
  });

  it('takes only words with stages that there are', () => {
    for (const list of ['', '1', '1=ringing', '=over']) {
      expect(() => parseStateWords(list)).toThrow(RangeError);
    }
  });
});

describe('a sub-account', () => {
  it('is created once, and found again by its name', async () => {
    const { telephony, account, simulator } = await line();
    expect(await telephony.subAccount('switchyard-10001')).toEqual({ kind: 'account', account });
    expect(simulator.control.ledger().subAccounts).toHaveLength(1);
  });

  it('is refused where our main account is', async () => {
    const { simulator } = await line();
    const account = { ...ACCOUNT, token: 'another' };
    const stranger = telephonyAt(simulator.url, { account });
    expect(await stranger.subAccount('switchyard-10003')).toMatchObject({
      kind: 'refused',
      reason: 'account',
    });
  });
});
