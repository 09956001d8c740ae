import type { PhonePushes } from '../ports/phone-pushes.js';
import type { Telephony } from '../ports/telephony.js';

/** Who places phone calls, and how it wants them. */
export interface PhoneProvider {
  readonly telephony: Telephony;
  readonly pushes: PhonePushes;
  /** Whether both phones show the hotline. */
  readonly showsHotline: boolean;
  /** Whether a user without a sub-account is given one. */
  readonly makesSubAccounts: boolean;
  stop(): Promise<void>;
}
