import type { Request } from 'express';
import { ROUTES, type Route, type RouteName } from '../../contract/routes.js';
import type { RateLimit } from '../rate-limit.js';
import { ACTING_USER_HEADER, actingUser } from './acting-user.js';
import { type Authenticate, notAuthenticated } from './authenticate.js';
import type { Principal } from './principal.js';

export interface Identity {
  /** The user a request is made for, or none where a service asks for anyone. */
  readonly userId: string | undefined;
  /** Until when the token holds, in milliseconds since the epoch. */
  readonly until: number;
}
export type Identify = (req: Request, name: RouteName) => Promise<Identity>;

/** What is part of a URL ends up in logs that are not ours. */
const QUERY_TOKEN_MAX_MS = 3_600_000;
/** The longest that a clock may be off, here and where the token was made. */
const CLOCKS_MS = 10_000;

/**
 * Authenticates first and counts afterwards: users by who they are, a service by the user it acts
 * for, and whoever cannot authenticate by address, so that guessing tokens is slow.
 */
export function createIdentify(authenticate: Authenticate, limit: RateLimit): Identify {
  return async (req, name) => {
    const principal = await authenticated(authenticate, req, name).catch(async (error: unknown) => {
      await limit(`address:${req.ip ?? ''}`);
      throw error;
    });
    const header = req.get(ACTING_USER_HEADER);
    await limit(rateKey(principal, header));
    return { userId: actingUser(principal, header, name), until: principal.until };
  };
}

async function authenticated(
  authenticate: Authenticate,
  req: Request,
  name: RouteName,
): Promise<Principal> {
  const authorization = req.get('Authorization');
  const { stream }: Route = ROUTES[name];
  const { access_token: token } = req.query;
  if (!stream || authorization !== undefined || typeof token !== 'string') {
    return authenticate(authorization);
  }
  const principal = await authenticate(`Bearer ${token}`);
  if (principal.until > Date.now() + QUERY_TOKEN_MAX_MS + CLOCKS_MS) {
    throw notAuthenticated('a token in the query must expire within an hour');
  }
  return principal;
}

function rateKey(principal: Principal, header: string | undefined): string {
  if (principal.kind === 'user') return `user:${principal.userId}`;
  return header === undefined ? `service:${principal.id}` : `service:${principal.id}:${header}`;
}
