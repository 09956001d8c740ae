import type { PhoneRefusal } from '../../ports/telephony.js';

/**
 * - `done`: carried out.
 * - `exists`: there is such a sub-account already.
 * - `refused`: without effect.
 * - `outcome-unknown`: it may have had its effect.
 * - `unlisted`: a code of theirs of which nobody has said anything.
 */
export type Verdict =
  | { readonly kind: 'done' | 'exists' | 'outcome-unknown' | 'unlisted' }
  | { readonly kind: 'refused'; readonly reason: PhoneRefusal };

const refused = (reason: PhoneRefusal): Verdict => ({ kind: 'refused', reason });
const within = (code: number, from: number, to: number): boolean => code >= from && code <= to;

/**
 * No vendor page lists the codes: these classes come from public clients, and know only 111xxx for
 * calls. Whatever is an internal failure of theirs, or no code at all, may follow an effect; any other
 * of 111xxx is a rejection before dialling. Where that is wrong, the provider asks before it dials
 * (CallAuth) and is told no.
 */
export function verdictOf(statusCode: string): Verdict {
  if (/^0+$/.test(statusCode)) return { kind: 'done' };
  if (!/^\d{6}$/.test(statusCode)) return { kind: 'outcome-unknown' };
  const code = Number(statusCode);
  if (within(code, 111_000, 111_099)) return { kind: 'outcome-unknown' };
  if (code === 111_111) return refused('throttled');
  if (code === 111_150) return { kind: 'exists' };
  // Signature, time stamp, address list, account and balance; the application and whether it is online.
  if (within(code, 111_100, 111_149) || within(code, 111_169, 111_182) || code === 111_212) {
    return refused('account');
  }
  return within(code, 111_000, 111_999) ? refused('numbers') : { kind: 'unlisted' };
}
