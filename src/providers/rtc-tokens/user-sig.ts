import { createHmac } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** What a UserSig (version 2) says. Times are whole seconds; `expire` is a duration. */
export interface UserSigClaims {
  readonly userId: string;
  readonly sdkAppId: number;
  readonly time: number;
  readonly expire: number;
  /** Standard base64. */
  readonly userbuf?: string;
}

/** Standard base64 of the HMAC over the claims. The room right is the last line, if there is one. */
export function signClaims(claims: UserSigClaims, secretKey: string): string {
  const lines = [
    `TLS.identifier:${claims.userId}\n`,
    `TLS.sdkappid:${claims.sdkAppId}\n`,
    `TLS.time:${claims.time}\n`,
    `TLS.expire:${claims.expire}\n`,
    ...(claims.userbuf === undefined ? [] : [`TLS.userbuf:${claims.userbuf}\n`]),
  ];
  return createHmac('sha256', secretKey).update(lines.join('')).digest('base64');
}

const ESCAPES: Readonly<Record<string, string>> = { '+': '*', '/': '-', '=': '_' };

/** The signed, compressed text that TRTC accepts as UserSig; safe in a query as it is. */
export function issueUserSig(claims: UserSigClaims, secretKey: string): string {
  const document = JSON.stringify({
    'TLS.ver': '2.0',
    'TLS.identifier': claims.userId,
    'TLS.sdkappid': claims.sdkAppId,
    'TLS.time': claims.time,
    'TLS.expire': claims.expire,
    ...(claims.userbuf === undefined ? {} : { 'TLS.userbuf': claims.userbuf }),
    'TLS.sig': signClaims(claims, secretKey),
  });
  const packed = deflateSync(document).toString('base64');
  return packed.replace(/[+/=]/g, (char) => ESCAPES[char] ?? char);
}
