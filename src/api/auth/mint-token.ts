import { SignJWT } from 'jose';
import { secretKey } from './verification-key.js';

export interface MintSettings {
  /** The shared secret of HS256; a public key cannot sign. */
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
}

export interface TokenRequest {
  /** The subject: a user id, or any name of a service. */
  readonly userId: string;
  readonly service?: boolean;
  readonly ops?: boolean;
  readonly ttlSeconds: number;
}

export function mintToken(
  { secret, issuer, audience }: MintSettings,
  { userId, service = false, ops = false, ttlSeconds }: TokenRequest,
): Promise<string> {
  const scope = [...(service ? ['service'] : []), ...(ops ? ['ops'] : [])].join(' ');
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT(scope === '' ? {} : { scope })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(userId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + ttlSeconds)
    .sign(secretKey(secret).key);
}
