import type { Request } from 'express';
import type { RouteName } from '../../contract/routes.js';
import type { RateLimit } from '../rate-limit.js';
import { ACTING_USER_HEADER, actingUser } from './acting-user.js';
import type { Authenticate } from './authenticate.js';
import type { Principal } from './principal.js';

/** The user a request is made for, or none where a service reads any call. */
export type Identify = (req: Request, name: RouteName) => Promise<string | undefined>;

/**
 * Authenticates first and counts afterwards: users by who they are, a service by the user it acts
 * for, and whoever cannot authenticate by address, so that guessing tokens is slow.
 */
export function createIdentify(authenticate: Authenticate, limit: RateLimit): Identify {
  return async (req, name) => {
    const principal = await authenticate(req.get('Authorization')).catch(async (error: unknown) => {
      await limit(`address:${req.ip ?? ''}`);
      throw error;
    });
    const header = req.get(ACTING_USER_HEADER);
    await limit(rateKey(principal, header));
    return actingUser(principal, header, name);
  };
}

function rateKey(principal: Principal, header: string | undefined): string {
  if (principal.kind === 'user') return `user:${principal.userId}`;
  return header === undefined ? `service:${principal.id}` : `service:${principal.id}:${header}`;
}
