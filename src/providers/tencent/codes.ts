import type { RobotCallRefusal } from '../../ports/robot-calls.js';

/**
 * - `gone`: there is no such call, or no longer.
 * - `not-yet`: there is no such record so far.
 * - `refused`: without effect, and so it will be again.
 * - `retry-safe`: turned away before it had an effect; later it may pass.
 * - `sign-again`: without effect; another signature is needed.
 * - `outcome-unknown`: it may have had its effect.
 */
export type Verdict =
  | { readonly kind: 'done' | 'gone' | 'not-yet' | 'sign-again' | 'outcome-unknown' }
  | { readonly kind: 'refused' | 'retry-safe'; readonly reason: RobotCallRefusal };

const DONE: Verdict = { kind: 'done' };
const GONE: Verdict = { kind: 'gone' };
const NOT_YET: Verdict = { kind: 'not-yet' };
const SIGN_AGAIN: Verdict = { kind: 'sign-again' };
const UNKNOWN: Verdict = { kind: 'outcome-unknown' };
const THROTTLED: Verdict = { kind: 'retry-safe', reason: 'throttled' };
const REQUEST: Verdict = { kind: 'refused', reason: 'request' };
const CONFIGURATION: Verdict = { kind: 'refused', reason: 'configuration' };
const ACCOUNT: Verdict = { kind: 'refused', reason: 'account' };
/** An allowance that does not return within a call's time. */
const EXHAUSTED: Verdict = { kind: 'refused', reason: 'throttled' };

/** Every documented code of the Call REST API and of the layer below it, classified once. */
export const CODE_VERDICTS: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [0, DONE],

  [60002, REQUEST],
  [60003, REQUEST],
  [60009, REQUEST],
  [60012, REQUEST],
  [60015, REQUEST],
  [60025, REQUEST],

  [60004, UNKNOWN],
  [60005, UNKNOWN],
  // "Service timeout or bad format": one of the two has an effect.
  [60008, UNKNOWN],
  // "Bad response": of a service that may have done its work.
  [60013, UNKNOWN],
  [60014, UNKNOWN],

  [60006, CONFIGURATION],
  [60010, CONFIGURATION],
  [60016, CONFIGURATION],
  [60017, CONFIGURATION],
  [60020, CONFIGURATION],
  [60021, CONFIGURATION],
  [60026, CONFIGURATION],
  [60027, CONFIGURATION],

  [60007, THROTTLED],
  [60011, THROTTLED],
  [60018, THROTTLED],
  [60019, THROTTLED],
  [60028, EXHAUSTED],

  [70001, SIGN_AGAIN],
  [70003, CONFIGURATION],
  [70009, CONFIGURATION],
  [70013, CONFIGURATION],
  [70014, CONFIGURATION],
  [70016, CONFIGURATION],
  [70020, CONFIGURATION],
  // A bad signature, sent too often: repeating it locks the application out.
  [70050, CONFIGURATION],
  [70051, ACCOUNT],
  [70107, ACCOUNT],
  [70398, ACCOUNT],
  [70169, UNKNOWN],
  [70500, UNKNOWN],

  [100001, UNKNOWN],
  [100002, REQUEST],
  [100301, GONE],

  [101001, UNKNOWN],
  [101002, REQUEST],
  [101004, GONE],
  [101050, NOT_YET],
]);

/** A code that nobody documents may follow an effect. */
export const verdictOf = (code: number): Verdict => CODE_VERDICTS.get(code) ?? UNKNOWN;
