/** Some providers repeat no more than this. */
const LENGTH = 15;
const BASE = 36;

/** What has to be made up for the token of a call: nobody shall guess it. */
export const FILLER_CHARS = LENGTH;

/**
 * Names a call to its provider: the id of the call, its length before it, and characters that nobody
 * can guess. So whatever is pushed finds its call without a look-up, also while the store is away.
 */
export function tokenOf(callId: number, filler: string): string {
  const id = callId.toString(BASE);
  return `${id.length.toString(BASE)}${id}${filler}`.slice(0, LENGTH);
}

/** `undefined` for what is no such token; whether it is the call's own is for the call to say. */
export function callIdOfToken(token: string): number | undefined {
  const length = Number.parseInt(token.charAt(0), BASE);
  const id = token.slice(1, 1 + length);
  const callId = Number.parseInt(id, BASE);
  const isId = callId > 0 && Number.isSafeInteger(callId) && callId.toString(BASE) === id;
  return token.length === LENGTH && isId ? callId : undefined;
}
