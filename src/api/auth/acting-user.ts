import { isForUsers, type RouteName } from '../../contract/routes.js';
import { invalidParameter } from '../invalid-parameter.js';
import { notAuthenticated } from './authenticate.js';
import { isUserId, type Principal } from './principal.js';

export const ACTING_USER_HEADER = 'X-Acting-User';

/**
 * The user a request is made for; none only where a service asks for anyone.
 * @throws CallError 40101 when a user's token names another user; 40001 when a service names nobody
 *   where somebody must be named, or no user id.
 */
export function actingUser(
  principal: Principal,
  header: string | undefined,
  name: RouteName,
): string | undefined {
  if (principal.kind === 'user') {
    if (header === undefined) return principal.userId;
    throw notAuthenticated(`${ACTING_USER_HEADER} needs a token with scope "service"`);
  }
  if (header === undefined && !isForUsers(name)) return undefined;
  if (header !== undefined && isUserId(header)) return header;
  throw invalidParameter(`${ACTING_USER_HEADER} must be the user id this request is made for`);
}
