import type { EndCause } from '../../call/state.js';

export interface Bye {
  readonly cause: EndCause;
  /** Who hung up, where the word says so. */
  readonly by?: 'caller' | 'callee';
  /** Both had been joined. */
  readonly wasBridged?: true;
}

/** How the provider's calls end, by `byetype` of the hangup push and the record. */
const BYES: ReadonlyMap<string, Bye> = new Map<string, Bye>([
  ['1', { cause: 'hangup', wasBridged: true }],
  // Or the balance ran out: one word for both.
  ['2', { cause: 'max_duration', wasBridged: true }],
  ['3', { cause: 'hangup', by: 'caller', wasBridged: true }],
  ['4', { cause: 'hangup', by: 'callee', wasBridged: true }],
  ['-1', { cause: 'rejected', by: 'callee' }],
  ['-2', { cause: 'no_answer' }],
  // The caller answered, and hung up before the callee did.
  ['-3', { cause: 'cancelled', by: 'caller' }],
  ['-4', { cause: 'unreachable' }],
  ['-5', { cause: 'unreachable' }],
  ['-6', { cause: 'provider_failed' }],
  // We said no when we were asked. The wish behind it, if one stands, names the cause.
  ['-7', { cause: 'provider_failed' }],
  ['-8', { cause: 'no_answer' }],
  ['-9', { cause: 'no_answer' }],
  ['-10', { cause: 'no_answer' }],
  ['-11', { cause: 'provider_failed' }],
  ['-14', { cause: 'cancelled' }],
]);

/** A word that nobody knows still says that the call is over. */
export const byeOf = (byetype: string | undefined): Bye =>
  BYES.get(byetype ?? '') ?? { cause: 'provider_failed' };
