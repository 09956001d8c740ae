import type { CallState } from '../call/state.js';
import type { RecordedCall } from './call-reader.js';

/** Calls within an hour, of one user and of all. */
export interface PhoneLimits {
  readonly perUser: number;
  readonly perTenant: number;
}

export type PhoneGuard = 'switched_off' | 'user_limit' | 'tenant_limit';

export type PhoneReserveOutcome =
  | { readonly kind: 'reserved' }
  /** The same user called the same target a moment ago, or still does. */
  | ({ readonly kind: 'same' } & RecordedCall)
  /** One of the two is in a phone call that looks live. */
  | ({ readonly kind: 'in-call'; readonly who: 'caller' | 'callee' } & RecordedCall)
  | { readonly kind: 'refused'; readonly why: PhoneGuard };

/**
 * Guards against toll fraud, exact under concurrency and whatever process asks. Every method rejects
 * with `StoreUnavailable` when the store cannot answer within its bound.
 */
export interface PhoneReservations {
  /** The call that `reserve` would answer with as the same. */
  findSame(state: CallState): Promise<RecordedCall | undefined>;
  /** One transaction: nothing is written unless the outcome is `reserved`. */
  reserve(call: RecordedCall, limits: PhoneLimits): Promise<PhoneReserveOutcome>;
  /** The same guards again, right before a reserved call is dialled. `missing`: it was taken back. */
  whyNotDial(
    callId: number,
    limits: PhoneLimits,
  ): Promise<PhoneGuard | 'caller_in_call' | 'missing' | undefined>;
  /** Read on each dial; whoever may operate sets it. */
  readonly dialling: {
    isOn(): Promise<boolean>;
    set(on: boolean): Promise<void>;
  };
}
