import { setTimeout as pause } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { withoutTelephony } from '../../activities/phone-calls.js';
import { StoreUnavailable } from '../../src/ports/reservations.js';
import { createTelephonyInMemory, PHONE_CALL_ID } from '../support/telephony-in-memory.js';
import { activities, CALL, PLACED, planned, refusal, run } from './phone-fixtures.js';

describe('placing', () => {
  it('asks the provider once, after the guards', async () => {
    const telephony = createTelephonyInMemory();
    const { placePhoneCall } = activities(telephony);
    expect(await run().run(placePhoneCall, CALL)).toEqual({
      type: 'placed',
      providerCallId: PHONE_CALL_ID,
    });
    expect(telephony.asked).toEqual([PLACED]);
  });

  it.each(['switched_off', 'user_limit', 'tenant_limit', 'caller_in_call'] as const)(
    'asks nothing where a guard says %s by now',
    async (guard) => {
      const telephony = createTelephonyInMemory();
      const { placePhoneCall } = activities(telephony, { guard });
      expect(await run().run(placePhoneCall, CALL)).toEqual(refusal(guard));
      expect(telephony.asked).toEqual([]);
    },
  );

  it.each(['no_phone', 'destination', 'emergency_number', 'same_number'] as const)(
    'asks nothing where the plan says %s by now',
    async (why) => {
      const telephony = createTelephonyInMemory();
      const { placePhoneCall } = activities(telephony, { plan: { kind: 'refused', why } });
      expect(await run().run(placePhoneCall, CALL)).toEqual(refusal(why));
      expect(telephony.asked).toEqual([]);
    },
  );

  it('asks nothing for a call that was taken back, nor while the store is away', async () => {
    const telephony = createTelephonyInMemory();
    const gone = activities(telephony, { guard: 'missing' });
    expect(await run().run(gone.placePhoneCall, CALL)).toEqual(refusal('not_sent'));
    const away = activities(telephony, {
      reservations: { whyNotDial: async () => Promise.reject(new StoreUnavailable('away')) },
    });
    expect(await run().run(away.placePhoneCall, CALL)).toEqual(refusal('not_sent'));
    expect(telephony.asked).toEqual([]);
  });

  it('makes a sub-account first where there is none', async () => {
    const telephony = createTelephonyInMemory();
    const { placePhoneCall } = activities(telephony, { plan: planned() });
    expect(await run().run(placePhoneCall, CALL)).toMatchObject({ type: 'placed' });
    expect(telephony.asked).toEqual(['sub-account switchyard-10001', PLACED]);
  });

  it.each([
    [{ kind: 'refused', reason: 'numbers', evidence: {} }, 'no_sub_account'],
    [{ kind: 'refused', reason: 'account', evidence: {} }, 'account'],
    [{ kind: 'unknown', evidence: { fault: 'timeout' } }, 'not_sent'],
  ] as const)('rings nobody where none is made: %o is %s', async (onSubAccount, reason) => {
    const telephony = createTelephonyInMemory();
    telephony.onSubAccount = onSubAccount;
    const { placePhoneCall } = activities(telephony, { plan: planned() });
    expect(await run().run(placePhoneCall, CALL)).toEqual(refusal(reason));
    expect(telephony.asked).toEqual(['sub-account switchyard-10001']);
  });

  it('says what the provider said, and that an outcome is unknown', async () => {
    const telephony = createTelephonyInMemory();
    const { placePhoneCall } = activities(telephony);
    telephony.onPlace = { kind: 'refused', reason: 'account', evidence: { code: '111109' } };
    expect(await run().run(placePhoneCall, CALL)).toEqual({
      type: 'refused',
      reason: 'account',
      code: 111_109,
      info: 'code=111109',
    });
    telephony.onPlace = { kind: 'unknown', evidence: { fault: 'timeout' } };
    expect(await run().run(placePhoneCall, CALL)).toEqual({
      type: 'placing-unknown',
      evidence: 'fault=timeout',
    });
  });

  it('sends nothing where the worker was held up, or no provider is configured', async () => {
    const telephony = createTelephonyInMemory();
    const { placePhoneCall } = activities(telephony);
    const late = new MockActivityEnvironment({
      currentAttemptScheduledTimestampMs: Date.now() - 10_001,
    });
    expect(await late.run(placePhoneCall, CALL)).toEqual(refusal('not_sent'));
    expect(await run().run(withoutTelephony.placePhoneCall)).toEqual(refusal('not_sent'));
    expect(telephony.asked).toEqual([]);
  });
});

describe('a ring that is over', () => {
  it('is dialled for no more', async () => {
    const telephony = createTelephonyInMemory();
    const { placePhoneCall } = activities(telephony);
    const late = { ...CALL, dialBy: Date.now() - 1 };
    expect(await run().run(placePhoneCall, late)).toEqual(refusal('not_sent'));
    expect(telephony.asked).toEqual([]);
  });

  it('is not dialled for where it ran out while all was made ready', async () => {
    const telephony = createTelephonyInMemory();
    const dialBy = Date.now() + 200;
    const { placePhoneCall } = activities(telephony, {
      reservations: { whyNotDial: () => pause(Math.max(0, dialBy - Date.now()) + 50) },
    });
    expect(await run().run(placePhoneCall, { ...CALL, dialBy })).toEqual(refusal('not_sent'));
    expect(telephony.asked).toEqual([]);
  });
});

describe('following', () => {
  const followed = (isAsked: boolean) => ({
    providerCallId: PHONE_CALL_ID,
    stage: 'caller_ringing' as const,
    isAsked,
  });

  it('tells what is proved and new', async () => {
    const telephony = createTelephonyInMemory();
    const { followPhoneCall } = activities(telephony);
    telephony.onQuery = { kind: 'live', stage: 'callee_ringing' };
    expect(await run().run(followPhoneCall, followed(false))).toEqual([
      { type: 'stage', stage: 'callee_ringing' },
    ]);
    telephony.onQuery = { kind: 'over' };
    expect(await run().run(followPhoneCall, followed(false))).toEqual([{ type: 'forgotten' }]);
  });

  it.each([
    [{ kind: 'unspecified', word: '5' }, 'state 5'],
    [{ kind: 'live', stage: 'caller_ringing' }, 'caller_ringing'],
    [{ kind: 'declined', evidence: { code: '111704' } }, 'code=111704'],
  ] as const)('takes %o for no proof of anything', async (onQuery, evidence) => {
    const telephony = createTelephonyInMemory();
    const { followPhoneCall } = activities(telephony);
    telephony.onQuery = onQuery;
    expect(await run().run(followPhoneCall, followed(true))).toEqual([
      { type: 'as-known', evidence },
    ]);
  });

  it('asks again while there is no answer', async () => {
    const telephony = createTelephonyInMemory();
    const { followPhoneCall } = activities(telephony);
    telephony.onQuery = { kind: 'unknown', evidence: {} };
    const asked = run().run(followPhoneCall, followed(true));
    setTimeout(() => {
      telephony.onQuery = { kind: 'unspecified', word: '2' };
    }, 30);
    expect(await asked).toEqual([{ type: 'as-known', evidence: 'state 2' }]);
  });
});
