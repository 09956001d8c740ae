/** How far a two-way callback has come, by rank: it skips ahead and never goes back. */
export const PHONE_STAGES = [
  'requested',
  'caller_ringing',
  'caller_answered',
  'callee_ringing',
  'bridged',
] as const;
export type PhoneStage = (typeof PHONE_STAGES)[number];
