import type { PhoneEvidence, PhoneRefusal } from '../../ports/telephony.js';
import { requestFaultOf } from '../request-fault.js';

/**
 * - `refused`: without effect.
 * - `outcome-unknown`: it may have had its effect.
 * - `unlisted`: a code of theirs of which nothing is known here.
 */
export type Failure =
  | { readonly kind: 'refused'; readonly reason: PhoneRefusal; readonly evidence: PhoneEvidence }
  | { readonly kind: 'outcome-unknown' | 'unlisted'; readonly evidence: PhoneEvidence };

/**
 * What only an operator can put right: credentials, a suspended account, a caller number that is not
 * ours, countries that are not enabled, calls beyond the balance.
 */
const OF_THE_ACCOUNT: ReadonlySet<number> = new Set([
  20003, 20005, 20006, 20008, 10001, 10002, 10004, 21210, 21212, 21213, 21215, 21606,
]);
const TOO_MANY = 20429;
/** Of requests in general, and of calls and numbers. */
const REJECTIONS = { from: 20_000, to: 21_999 };

/** A number that Twilio gave; its absence means that the answer is somebody else's. */
const codeOf = (error: object): number | undefined =>
  'code' in error && typeof error.code === 'number' ? error.code : undefined;

/**
 * What the SDK threw. A code of those that are known as rejections, with a status of 4xx, comes before
 * dialling; 5xx and whatever has no code of Twilio's may follow an effect, as the page of error 20500
 * says of calls. Any other code leaves open what came of a placing.
 */
export function failureOf(error: unknown): Failure {
  const isAnswer = error instanceof Error && 'status' in error && typeof error.status === 'number';
  if (!isAnswer) return unanswered(error);
  const status = error.status as number;
  const code = codeOf(error);
  if (code === undefined || status < 400 || status >= 500) {
    const evidence = { fault: 'http-status', httpStatus: status } as const;
    return { kind: 'outcome-unknown', evidence };
  }
  const evidence = { code: String(code) };
  const isListed = OF_THE_ACCOUNT.has(code) || (code >= REJECTIONS.from && code <= REJECTIONS.to);
  const isRefused = isListed || status === 401 || status === 403 || status === 429;
  return isRefused
    ? { kind: 'refused', reason: reasonOf(status, code), evidence }
    : { kind: 'unlisted', evidence };
}

function reasonOf(status: number, code: number): PhoneRefusal {
  if (status === 429 || code === TOO_MANY) return 'throttled';
  return status === 401 || status === 403 || OF_THE_ACCOUNT.has(code) ? 'account' : 'numbers';
}

/** Axios tells its own deadline by this code, and keeps what Node said as the cause. */
function unanswered(error: unknown): Failure {
  const isLate = error instanceof Error && 'code' in error && error.code === 'ECONNABORTED';
  const fault = isLate ? 'timeout' : requestFaultOf(error);
  return fault === 'not-sent'
    ? { kind: 'refused', reason: 'not_sent', evidence: { fault } }
    : { kind: 'outcome-unknown', evidence: { fault } };
}
