/** What a provider can say of one user of a call. */
export const PARTY_FACTS = [
  'ringing',
  'answered',
  'joined',
  'left',
  'rejected',
  'busy',
  'unreachable',
  'no_answer',
] as const;
export type PartyFact = (typeof PARTY_FACTS)[number];
