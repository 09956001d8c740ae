import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { mintToken } from '../../src/api/auth/mint-token.js';

export const AUTH = {
  secret: 'a secret for tests, long enough for HS256',
  issuer: 'switchyard',
  audience: 'switchyard',
} as const;

/** Longer than any test. */
const TTL_SECONDS = 86_400;

export const userToken = (userId: string): Promise<string> =>
  mintToken(AUTH, { userId, ttlSeconds: TTL_SECONDS });

export const serviceToken = (name = 'backend'): Promise<string> =>
  mintToken(AUTH, { userId: name, service: true, ttlSeconds: TTL_SECONDS });

export interface Claims {
  readonly sub?: string;
  readonly iss?: string;
  readonly aud?: string;
  readonly exp?: number;
  readonly nbf?: number;
  readonly scope?: string;
}

export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

export const goodClaims = (sub: string): Claims => ({
  sub,
  iss: AUTH.issuer,
  aud: AUTH.audience,
  exp: inSeconds(TTL_SECONDS),
});

/** A token of any make, to be refused or not. */
export const signedToken = (
  claims: Claims,
  alg: string,
  key: KeyObject | Uint8Array,
): Promise<string> => new SignJWT({ ...claims }).setProtectedHeader({ alg }).sign(key);

export const hs256 = (claims: Claims, secret: string = AUTH.secret): Promise<string> =>
  signedToken(claims, 'HS256', new TextEncoder().encode(secret));

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** `alg: none`, with nothing where the signature belongs. */
export const unsignedToken = (claims: Claims): string =>
  `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;

export interface SigningKeys {
  readonly privateKey: KeyObject;
  /** As an operator configures it. */
  readonly publicPem: string;
}

export function rsaKeys(modulusLength = 2048): SigningKeys {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return withPem(privateKey);
}
export const ecKeys = (namedCurve = 'P-256'): SigningKeys =>
  withPem(generateKeyPairSync('ec', { namedCurve }).privateKey);
export const ed25519Keys = (): SigningKeys => withPem(generateKeyPairSync('ed25519').privateKey);

const withPem = (privateKey: KeyObject): SigningKeys => ({
  privateKey,
  publicPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
});
