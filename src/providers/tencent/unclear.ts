import type { Reply } from './call-rest.js';

/** An answer from which the outcome cannot be told. */
export const unknown = ({ verdict, evidence }: Reply) => ({
  kind: 'unknown' as const,
  throttled: 'reason' in verdict && verdict.reason === 'throttled',
  evidence,
});

/** A success that lacks what it should carry. */
export const unreadable = ({ evidence }: Reply) => ({
  kind: 'unknown' as const,
  throttled: false,
  evidence: { ...evidence, fault: 'unreadable' as const },
});
