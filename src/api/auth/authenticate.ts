import { errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { CODES } from '../../contract/codes.js';
import { CallError } from '../../service/call-error.js';
import { isUserId, type Principal } from './principal.js';
import type { VerificationKey } from './verification-key.js';

/** Rejects with CallError 40101 unless the `Authorization` header carries a valid token. */
export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

export interface AuthenticationSettings {
  readonly key: VerificationKey;
  readonly issuer: string;
  readonly audience: string;
}

const CLOCK_TOLERANCE_SECONDS = 5;
const REMEMBERED_TOKENS = 10_000;

export function createAuthenticate({
  key,
  issuer,
  audience,
}: AuthenticationSettings): Authenticate {
  const checks = {
    algorithms: [...key.algorithms],
    issuer,
    audience,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  // Verifying is a trip through the thread pool: a token that passed once passes until it expires.
  const verified = new LRUCache<string, Principal>({ max: REMEMBERED_TOKENS });
  return async (authorization) => {
    const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw notAuthenticated('a bearer token is needed');
    const known = verified.get(token);
    if (known !== undefined && Date.now() < known.until) return known;
    const { payload } = await jwtVerify(token, key.key, checks).catch((error: unknown) => {
      throw notAuthenticated(whyRefused(error));
    });
    const principal = principalOf(payload);
    verified.set(token, principal);
    return principal;
  };
}

export const notAuthenticated = (why: string): CallError =>
  new CallError(40101, `${CODES[40101].message}: ${why}`);

function whyRefused(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `the token's claim "${error.claim}" is not accepted`;
  }
  return 'the token is not valid';
}

function principalOf({ sub, scope, exp = 0 }: JWTPayload): Principal {
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  const holder = {
    ops: scopes.includes('ops'),
    until: (exp + CLOCK_TOLERANCE_SECONDS) * 1_000,
  };
  if (typeof sub !== 'string' || sub === '') throw notAuthenticated('the token names no subject');
  if (scopes.includes('service')) return { kind: 'service', id: sub, ...holder };
  if (!isUserId(sub)) throw notAuthenticated("the token's subject is not a user id");
  return { kind: 'user', userId: sub, ...holder };
}
