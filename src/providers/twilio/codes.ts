import type { PhoneEvidence, PhoneRefusal } from '../../ports/telephony.js';
import { requestFaultOf } from '../request-fault.js';

/**
 * - `refused`: without effect.
 * - `outcome-unknown`: it may have had its effect.
 */
export type Failure =
  | { readonly kind: 'refused'; readonly reason: PhoneRefusal; readonly evidence: PhoneEvidence }
  | { readonly kind: 'outcome-unknown'; readonly evidence: PhoneEvidence };

/**
 * What only an operator can put right: credentials, a suspended account, a caller number that is not
 * ours, countries that are not enabled, calls beyond the balance.
 */
const OF_THE_ACCOUNT: ReadonlySet<number> = new Set([
  20003, 20005, 20006, 20008, 10001, 10002, 10004, 21210, 21212, 21213, 21215, 21606,
]);
const TOO_MANY = 20429;

/** A number that Twilio gave; its absence means that the answer is somebody else's. */
const codeOf = (error: object): number | undefined =>
  'code' in error && typeof error.code === 'number' ? error.code : undefined;

/**
 * What the SDK threw. An explicit code with a status of 4xx is a rejection before dialling; 5xx and
 * whatever has no code of Twilio's may follow an effect, as the page of error 20500 says of calls.
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
  return { kind: 'refused', reason: reasonOf(status, code), evidence: { code: String(code) } };
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
