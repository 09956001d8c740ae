import { createPhoneActivities } from '../../activities/phone-calls.js';
import type { ProviderReport } from '../../src/call/events.js';
import type { ProviderPush } from '../../src/contract/provider-report.js';
import type { Telephony } from '../../src/ports/telephony.js';
import { CALLER, type CallOptions } from './calls.js';
import { PHONE_CALL_ID, SUB_ACCOUNT } from './telephony-in-memory.js';

const TOKEN = 'a-token-of-15-c';

/** A two-way callback as the service starts it; no numbers are in it. */
export const aPhoneCall = (more: CallOptions = {}): CallOptions => ({
  channel: 'phone',
  callType: 'audio',
  caller: { userId: CALLER },
  token: TOKEN,
  ringTimeoutMs: 120_000,
  limits: { maxDurationMs: 3_600_000, allLeftGraceMs: 30_000 },
  phone: { polls: false },
  ...more,
});

/** As any terminal of the caller sends it. */
export const byApp = { user_id: CALLER, terminal_id: 'phone' };

/** What the provider pushes of the call that it placed. */
export const pushed = (
  ...reports: readonly ProviderReport[]
): ProviderPush & { readonly reports: readonly ProviderReport[] } =>
  pushedOf(PHONE_CALL_ID, ...reports);

/** The same of another call with the same token: it was made to dial twice. */
export const pushedOf = (
  providerCallId: string,
  ...reports: readonly ProviderReport[]
): ProviderPush & { readonly reports: readonly ProviderReport[] } => ({
  token: TOKEN,
  providerCallId,
  reports: [{ type: 'placed', providerCallId }, ...reports],
});

const QUICK_PACE = { ringing: 50, talking: 50, silent: 50 };
const NUMBERS = { caller: '+8613800138000', callee: '+8613900139000' };

/** The real activities, whose users are known. */
export const phoneActivitiesOver = (telephony: Telephony) =>
  createPhoneActivities({
    telephony,
    dialPlan: {
      resolve: async () => ({ kind: 'numbers', numbers: { ...NUMBERS, account: SUB_ACCOUNT } }),
    },
    directory: {
      find: async (userId) => ({ userId, subAccount: SUB_ACCOUNT }),
      keepSubAccount: async () => SUB_ACCOUNT,
    },
    reservations: { whyNotDial: async () => undefined },
    limits: { perUser: 10, perTenant: 10 },
    pace: QUICK_PACE,
    stopping: new AbortController().signal,
  });

/** The one request that rings phones, as the provider in memory notes it. */
export const PLACED = `place ${NUMBERS.caller} ${NUMBERS.callee} ${TOKEN}`;
