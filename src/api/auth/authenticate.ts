import { errors, type JWTPayload, jwtVerify } from 'jose';
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
  return async (authorization) => {
    const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw notAuthenticated('a bearer token is needed');
    const { payload } = await jwtVerify(token, key.key, checks).catch((error: unknown) => {
      throw notAuthenticated(whyRefused(error));
    });
    return principalOf(payload);
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

function principalOf({ sub, scope }: JWTPayload): Principal {
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  const ops = scopes.includes('ops');
  if (typeof sub !== 'string' || sub === '') throw notAuthenticated('the token names no subject');
  if (scopes.includes('service')) return { kind: 'service', id: sub, ops };
  if (!isUserId(sub)) throw notAuthenticated("the token's subject is not a user id");
  return { kind: 'user', userId: sub, ops };
}
