import type { PhoneRefusalWord } from '../contract/phone-plan.js';
import type { SubAccount } from './telephony.js';

/** Two phones that may be joined, E.164. Nothing of it may enter a workflow, record or log. */
export interface DialNumbers {
  readonly caller: string;
  readonly callee: string;
  /** The number that both see in place of each other's. */
  readonly shown?: string;
  /** Absent where one has to be made first. */
  readonly account?: SubAccount;
}

export type DialPlanOutcome =
  | { readonly kind: 'numbers'; readonly numbers: DialNumbers }
  | { readonly kind: 'refused'; readonly why: PhoneRefusalWord };

/** Whose phones these are, and whether they may be dialled at all. */
export interface DialPlan {
  /** As people write it. */
  readonly hotline: string | undefined;
  /** Rejects with `StoreUnavailable`. */
  resolve(callerId: string, calleeId: string): Promise<DialPlanOutcome>;
}

/** What people write as phone numbers. */
export interface PhoneNumbers {
  /** E.164; `undefined` for what is no phone number that exists. */
  read(text: string): string | undefined;
  /** As much of it as may be shown. */
  mask(e164: string): string;
}
