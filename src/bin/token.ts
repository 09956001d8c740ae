import { mintToken } from '../api/auth/mint-token.js';
import { isUserId } from '../api/auth/principal.js';
import { type Config, InvalidConfig } from '../config.js';

export interface TokenOptions {
  readonly user: string;
  readonly service: boolean;
  readonly ops: boolean;
  /** Seconds. */
  readonly ttl: string;
}

/** @throws InvalidConfig when the configuration has no key that can sign. */
export function issueToken(config: Config, options: TokenOptions): Promise<string> {
  const { AUTH_JWT_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = config;
  if (secret === undefined) {
    throw new InvalidConfig(
      'AUTH_JWT_SECRET: needed to sign; run `switchyard start` once or set it',
    );
  }
  if (!options.service && !isUserId(options.user)) throw new InvalidConfig('--user: not a user id');
  const ttlSeconds = Number(options.ttl);
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1)
    throw new InvalidConfig('--ttl: not seconds');
  const { user: userId, service, ops } = options;
  return mintToken({ secret, issuer, audience }, { userId, service, ops, ttlSeconds });
}
