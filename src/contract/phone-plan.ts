/** Who is called where no user is: the service hotline. No user id looks like it. */
export const HOTLINE = 'hotline';

/** What a phone call's workflow has to know beside the call itself. It names no phone number. */
export interface PhonePlan {
  /** Whether the provider can prove how far a call is, so that it is worth asking again and again. */
  readonly polls: boolean;
}

/** Why a phone call is not placed, in our own words; each has one answer for the caller. */
export const PHONE_REFUSALS = [
  'bad_target',
  'no_phone',
  'no_hotline',
  'no_sub_account',
  'unknown_target',
  'same_number',
  'emergency_number',
  'destination',
  'permission',
  'switched_off',
  'caller_in_call',
  'callee_in_call',
  'user_limit',
  'tenant_limit',
  'prefetch',
  'numbers',
  'account',
  'throttled',
  'not_sent',
] as const;
export type PhoneRefusalWord = (typeof PHONE_REFUSALS)[number];

export const isPhoneRefusal = (word: string | undefined): word is PhoneRefusalWord =>
  PHONE_REFUSALS.some((each) => each === word);
