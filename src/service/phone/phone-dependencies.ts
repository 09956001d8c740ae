import type { DialPlan } from '../../ports/dial-plan.js';
import type { PhoneLimits } from '../../ports/phone-reservations.js';
import type { Dependencies } from '../dependencies.js';

export interface PhoneSettings {
  readonly limits: PhoneLimits;
  /** For both phones together. */
  readonly ringTimeoutMs: number;
  readonly maxDurationMs: number;
  /** See `PhonePlan.polls`. */
  readonly polls: boolean;
}

export interface PhoneDependencies extends Dependencies {
  readonly dialPlan: DialPlan;
  readonly phone: PhoneSettings;
  /** Letters and digits that nobody can guess, for one token. */
  readonly filler: () => string;
  readonly pause: (ms: number) => Promise<void>;
}
