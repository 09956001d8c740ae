import { setTimeout as pause } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import {
  createPhoneActivities,
  type PhoneWork,
  withoutTelephony,
} from '../../activities/phone-calls.js';
import type { DialPlanOutcome } from '../../src/ports/dial-plan.js';
import { StoreUnavailable } from '../../src/ports/reservations.js';
import type { SubAccount } from '../../src/ports/telephony.js';
import {
  createTelephonyInMemory,
  PHONE_CALL_ID,
  SUB_ACCOUNT,
  type TelephonyInMemory,
} from '../support/telephony-in-memory.js';

const CALL = {
  callId: 1,
  callerId: '10001',
  calleeId: '20002',
  token: 'a-token-of-15-c',
  maxSeconds: 60,
  dialBy: Date.now() + 3_600_000,
};
const numbers = { caller: '+8613800138000', callee: '+8613900139000' };
const planned = (account?: SubAccount): DialPlanOutcome => ({
  kind: 'numbers',
  numbers: { ...numbers, ...(account !== undefined && { account }) },
});
const PLACED = `place ${numbers.caller} ${numbers.callee} ${CALL.token}`;

interface Given extends Partial<PhoneWork> {
  readonly plan?: DialPlanOutcome;
  readonly guard?: Awaited<ReturnType<PhoneWork['reservations']['whyNotDial']>>;
  readonly kept?: SubAccount;
}

function activities(telephony: TelephonyInMemory, given: Given = {}) {
  const { plan = planned(SUB_ACCOUNT), guard, kept = SUB_ACCOUNT, ...work } = given;
  return createPhoneActivities({
    telephony,
    dialPlan: { resolve: async () => plan },
    directory: {
      find: async (userId) => ({ userId, subAccount: kept }),
      keepSubAccount: async () => kept,
    },
    reservations: { whyNotDial: async () => guard },
    limits: { perUser: 10, perTenant: 10 },
    pace: { ringing: 5, talking: 5, silent: 5 },
    stopping: new AbortController().signal,
    ...work,
  });
}

const run = (attempt = 1, heartbeatDetails?: unknown) =>
  new MockActivityEnvironment({
    attempt,
    heartbeatDetails,
    heartbeatTimeoutMs: 30,
    currentAttemptScheduledTimestampMs: Date.now(),
  });
const refusal = (reason: string) => expect.objectContaining({ type: 'refused', reason });

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

describe('ending', () => {
  const ended = (guard: 'always' | 'before_callee_answers') => ({
    callerId: '10001',
    providerCallId: PHONE_CALL_ID,
    guard,
  });
  const declined = { kind: 'declined', evidence: { code: '111703' } } as const;

  /** One after the other, each with the signs of life of those before it. */
  function attempts(telephony: TelephonyInMemory) {
    const { endPhoneCall } = activities(telephony);
    let left: unknown;
    return (nth: number) => {
      const there = run(nth, left);
      there.on('heartbeat', (details: unknown) => {
        left = details;
      });
      return there.run(endPhoneCall, ended('always'));
    };
  }

  it('is over where the provider has ended it', async () => {
    const telephony = createTelephonyInMemory();
    const { endPhoneCall } = activities(telephony);
    expect(await run().run(endPhoneCall, ended('always'))).toMatchObject([{ type: 'over' }]);
    expect(telephony.asked).toEqual(['cancel always']);
  });

  it('goes on where its guard did not hold', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = declined;
    const { endPhoneCall } = activities(telephony);
    const guarded = ended('before_callee_answers');
    expect(await run().run(endPhoneCall, guarded)).toEqual([{ type: 'guard-refused' }]);
  });

  it('is asked for again where it was declined without a guard, and believed the third time', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = declined;
    const attempt = attempts(telephony);
    for (const nth of [1, 2]) await expect(attempt(nth)).rejects.toThrow('111703');
    expect(await attempt(3)).toEqual([{ type: 'forgotten' }]);
  });

  it('is believed for what was declined, not for what was not answered', async () => {
    const telephony = createTelephonyInMemory();
    const attempt = attempts(telephony);
    const silent = { kind: 'unknown', evidence: { fault: 'timeout' } } as const;
    const answers = [silent, silent, silent, declined, silent, declined, silent];
    for (const [nth, answer] of answers.entries()) {
      telephony.onCancel = answer;
      await expect(attempt(nth + 1)).rejects.toThrow(/111703|timeout/);
    }
    telephony.onCancel = declined;
    expect(await attempt(answers.length + 1)).toEqual([{ type: 'forgotten' }]);
  });

  it.each(['always', 'before_callee_answers'] as const)(
    'is believed at once where the provider proves that it is over (%s)',
    async (guard) => {
      const telephony = createTelephonyInMemory();
      telephony.onCancel = declined;
      telephony.onQuery = { kind: 'over' };
      const { endPhoneCall } = activities(telephony);
      expect(await run().run(endPhoneCall, ended(guard))).toEqual([{ type: 'forgotten' }]);
    },
  );

  it('is asked for again while nobody can say what came of it', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = { kind: 'unknown', evidence: { fault: 'timeout' } };
    const { endPhoneCall } = activities(telephony);
    await expect(run(9).run(endPhoneCall, ended('always'))).rejects.toThrow('timeout');
  });
});
