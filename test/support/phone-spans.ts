import { expect } from 'vitest';
import type { ProviderReport } from '../../src/call/events.js';
import type { CallState } from '../../src/call/state.js';
import { PROVIDER_REPORT_SIGNAL } from '../../src/contract/names.js';
import type { CancelOutcome } from '../../src/ports/telephony.js';
import type { CallOptions } from './calls.js';
import { AT_WORK_MS, type LeapingCall, type LeapingServer } from './leaping-server.js';
import { aPhoneCall, phoneActivitiesOver, pushed } from './phone-calls.js';
import type { TelephonyInMemory } from './telephony-in-memory.js';

/** How long what lasts in a two-way callback on a server whose clock leaps. */
export const MINUTE_MS = 60_000;
/** What its ring is given on top of its own time: the provider's word comes first. */
export const RING_GRACE_MS = 10_000;
export const RING_MS = 2 * MINUTE_MS;
const LONGEST_MS = 60 * MINUTE_MS;
/** What a provider that keeps the longest conversation itself is given on top of it. */
const LONGEST_GRACE_MS = 30_000;
/** Until the end of a call of which nothing is heard. */
export const BACKSTOP_MS = RING_MS + RING_GRACE_MS + LONGEST_MS + LONGEST_GRACE_MS;
export const RECONCILE_MS = 30_000;
export const RECORD_MS = 30_000;

export const SILENT = { kind: 'unknown', evidence: { fault: 'timeout' } } as const;
export const DECLINED = { kind: 'declined', evidence: { code: '111703' } } as const;

/** One answer after the other to whoever wants the call to be ended, and then that it is. */
export function answerCancels(telephony: TelephonyInMemory, answers: readonly CancelOutcome[]) {
  const left = [...answers];
  telephony.cancel = async ({ providerCallId }) => {
    telephony.ended.push(providerCallId);
    return left.shift() ?? { kind: 'cancelled' };
  };
}

/** By the clock of the server that started it. */
export const rungAt = ({ ring }: CallState): number => ring.until - ring.timeoutMs;

export const spanOf = ({ endedAt = 0 }: CallState, from = 0): number => endedAt - from;

export function isAbout(ms: number, expected: number): void {
  expect(ms).toBeGreaterThanOrEqual(expected);
  expect(ms).toBeLessThan(expected + AT_WORK_MS);
}

export const push = (call: LeapingCall, ...reports: readonly ProviderReport[]): Promise<void> =>
  call.signal(PROVIDER_REPORT_SIGNAL, pushed(...reports));

export async function bridge(call: LeapingCall): Promise<void> {
  await push(call, { type: 'bridged' });
  await expect.poll(async () => (await call.state()).status).toBe('ongoing');
}

/** Plays a two-way callback on this server to its end. */
export const phonesOn =
  (server: () => LeapingServer) =>
  (
    telephony: TelephonyInMemory,
    act?: (call: LeapingCall) => Promise<void>,
    options?: CallOptions,
  ): Promise<CallState> =>
    server().play(aPhoneCall(options), act, phoneActivitiesOver(telephony));
