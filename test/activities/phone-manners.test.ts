import { describe, expect, it } from 'vitest';
import type { PhoneWork } from '../../activities/phone-calls.js';
import {
  createTelephonyInMemory,
  PHONE_CALL_ID,
  SUB_ACCOUNT,
} from '../support/telephony-in-memory.js';
import { activities, CALL, PLACED, planned, refusal, run } from './phone-fixtures.js';

describe('a provider with one account for all', () => {
  const ACCOUNT = 'sub-account switchyard';
  const shared = () => Object.assign(createTelephonyInMemory(), { hasSubAccounts: false });
  const kept: string[] = [];
  const directory: PhoneWork['directory'] = {
    find: async (userId) => ({ userId }),
    keepSubAccount: async (userId, account) => {
      kept.push(userId);
      return account;
    },
  };

  it('is asked for it each time, whatever the caller has, and nothing is kept', async () => {
    const telephony = shared();
    for (const plan of [planned(), planned(SUB_ACCOUNT)]) {
      const { placePhoneCall } = activities(telephony, { plan, directory });
      expect(await run().run(placePhoneCall, CALL)).toMatchObject({ type: 'placed' });
    }
    expect(telephony.asked).toEqual([ACCOUNT, PLACED, ACCOUNT, PLACED]);
    expect(kept).toEqual([]);
  });

  it('rings nobody where that cannot be had', async () => {
    const telephony = shared();
    telephony.onSubAccount = { kind: 'unknown', evidence: { fault: 'timeout' } };
    const { placePhoneCall } = activities(telephony, { plan: planned(), directory });
    expect(await run().run(placePhoneCall, CALL)).toEqual(refusal('not_sent'));
    expect(telephony.asked).toEqual([ACCOUNT]);
  });

  it('ends a call with it, of a caller who has none', async () => {
    const telephony = shared();
    const { endPhoneCall } = activities(telephony, { directory });
    const hangup = { callerId: '10001', providerCallId: PHONE_CALL_ID, guard: 'always' } as const;
    expect(await run().run(endPhoneCall, hangup)).toMatchObject([{ type: 'over' }]);
    expect(telephony.asked).toEqual([ACCOUNT, 'cancel always']);
  });
});

describe('a provider that says how a call ended', () => {
  const end = { cause: 'hangup', acceptedAt: 5, at: 9, evidence: 'callee completed' } as const;

  it('is believed when it is asked, so that no push need come', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onQuery = { kind: 'over', end };
    telephony.onCancel = { kind: 'declined', evidence: { code: '21220' } };
    const { followPhoneCall, endPhoneCall } = activities(telephony);
    const followed = { providerCallId: PHONE_CALL_ID, stage: 'requested', isAsked: false } as const;
    const hangup = { callerId: '10001', providerCallId: PHONE_CALL_ID, guard: 'always' } as const;
    expect(await run().run(followPhoneCall, followed)).toEqual([{ type: 'over', ...end }]);
    expect(await run().run(endPhoneCall, hangup)).toEqual([{ type: 'over', ...end }]);
  });
});
