import { MockActivityEnvironment } from '@temporalio/testing';
import { expect } from 'vitest';
import { createPhoneActivities, type PhoneWork } from '../../activities/phone-calls.js';
import type { DialPlanOutcome } from '../../src/ports/dial-plan.js';
import type { SubAccount, Telephony } from '../../src/ports/telephony.js';
import { SUB_ACCOUNT } from '../support/telephony-in-memory.js';

export const numbers = { caller: '+8613800138000', callee: '+8613900139000' };
export const planned = (account?: SubAccount): DialPlanOutcome => ({
  kind: 'numbers',
  numbers: { ...numbers, ...(account !== undefined && { account }) },
});

export const CALL = {
  callId: 1,
  callerId: '10001',
  calleeId: '20002',
  token: 'a-token-of-15-c',
  maxSeconds: 60,
  dialBy: Date.now() + 3_600_000,
};
export const PLACED = `place ${numbers.caller} ${numbers.callee} ${CALL.token}`;
export const refusal = (reason: string) => expect.objectContaining({ type: 'refused', reason });

export interface Given extends Partial<PhoneWork> {
  readonly plan?: DialPlanOutcome;
  readonly guard?: Awaited<ReturnType<PhoneWork['reservations']['whyNotDial']>>;
  readonly kept?: SubAccount;
}

export function activities(telephony: Telephony, given: Given = {}) {
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

export const run = (attempt = 1, heartbeatDetails?: unknown) =>
  new MockActivityEnvironment({
    attempt,
    heartbeatDetails,
    heartbeatTimeoutMs: 30,
    currentAttemptScheduledTimestampMs: Date.now(),
  });
