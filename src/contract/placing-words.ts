import type { PlacingReport } from '../call/events.js';
import { NOT_SENT_CODE } from './robot-plan.js';

/** A request that never left, in the provider's terms. */
export const notSent = (why: string): PlacingReport => ({
  type: 'refused',
  code: NOT_SENT_CODE,
  info: `not sent: ${why}`,
});

/** What a provider said, as members: `code=101001 info=internal`. */
export const wordsOf = (evidence: object): string =>
  Object.entries(evidence)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ') || 'no answer';
