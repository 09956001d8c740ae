import { PERMISSION_REFUSED_MESSAGE } from '../../contract/codes.js';
import { isForUsers, ROUTES, type Route, type RouteName } from '../../contract/routes.js';
import { CallError } from '../../service/call-error.js';
import { invalidParameter } from '../invalid-parameter.js';
import { notAuthenticated } from './authenticate.js';
import { isUserId, type Principal } from './principal.js';

export const ACTING_USER_HEADER = 'X-Acting-User';

/**
 * The user a request is made for; none where a service asks for anyone, or for itself.
 * @throws CallError 40101 when a user's token names another user; 40001 when a service names nobody
 *   where somebody must be named, or no user id;
 *   41010 to a user where only a backend may ask, and to all but operators where only they may.
 */
export function actingUser(
  principal: Principal,
  header: string | undefined,
  name: RouteName,
): string | undefined {
  const userId = namedUser(principal, header);
  const { for: whom }: Route = ROUTES[name];
  if (whom === 'operator') return requireOperator(principal);
  if (userId !== undefined && whom === 'service') throw notPermitted();
  if (userId === undefined && isForUsers(name)) throw nobodyNamed();
  return userId;
}

function namedUser(principal: Principal, header: string | undefined): string | undefined {
  if (principal.kind === 'user') {
    if (header === undefined) return principal.userId;
    throw notAuthenticated(`${ACTING_USER_HEADER} needs a token with scope "service"`);
  }
  if (header === undefined || isUserId(header)) return header;
  throw nobodyNamed();
}

function requireOperator({ ops }: Principal): undefined {
  if (!ops) throw notPermitted();
}

const notPermitted = (): CallError => new CallError(41010, PERMISSION_REFUSED_MESSAGE);

const nobodyNamed = (): CallError =>
  invalidParameter(`${ACTING_USER_HEADER} must be the user id this request is made for`);
