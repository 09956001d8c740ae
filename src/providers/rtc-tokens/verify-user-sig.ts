import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { isCanonical, unpackUserSig } from './unpack-user-sig.js';
import { signClaims, type UserSigClaims } from './user-sig.js';

/** Some SDKs write numbers as text; the signature covers the digits alone. */
const count = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

const document = z.object({
  'TLS.ver': z.literal('2.0'),
  'TLS.identifier': z.string(),
  'TLS.sdkappid': count,
  'TLS.time': count,
  'TLS.expire': count,
  'TLS.userbuf': z.base64().optional(),
  'TLS.sig': z.string(),
});

type UserSigFault = 'malformed' | 'other-app' | 'forged' | 'expired';

export type UserSigCheck =
  | { readonly kind: 'valid'; readonly claims: UserSigClaims; readonly expiresAt: number }
  | { readonly kind: 'invalid'; readonly fault: UserSigFault };

export interface UserSigVerifier {
  readonly sdkAppId: number;
  readonly secretKey: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const invalid = (fault: UserSigFault): UserSigCheck => ({ kind: 'invalid', fault });

const parse = (text: Buffer) => {
  try {
    return document.safeParse(JSON.parse(text.toString('utf8')));
  } catch {
    return undefined;
  }
};

const same = (ours: string, theirs: string) => {
  const [a, b] = [Buffer.from(ours), Buffer.from(theirs)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/**
 * Whether this UserSig was issued with our key for our application and still holds; whose it is
 * stands in the claims and is the caller's to compare. `expiresAt` is in milliseconds. Never throws.
 */
export function verifyUserSig(userSig: string, verifier: UserSigVerifier): UserSigCheck {
  const unpacked = unpackUserSig(userSig);
  const parsed = unpacked && parse(unpacked.text);
  if (unpacked === undefined || !parsed?.success) return invalid('malformed');
  const { data } = parsed;
  if (data['TLS.sdkappid'] !== verifier.sdkAppId) return invalid('other-app');
  const userbuf = data['TLS.userbuf'];
  const claims: UserSigClaims = {
    userId: data['TLS.identifier'],
    sdkAppId: data['TLS.sdkappid'],
    time: data['TLS.time'],
    expire: data['TLS.expire'],
    ...(userbuf === undefined ? {} : { userbuf }),
  };
  if (!same(signClaims(claims, verifier.secretKey), data['TLS.sig'])) return invalid('forged');
  if (!isCanonical(unpacked)) return invalid('malformed');
  const expiresAt = (claims.time + claims.expire) * 1000;
  return verifier.now < expiresAt ? { kind: 'valid', claims, expiresAt } : invalid('expired');
}
