import { isLive } from './statuses.js';

interface Listed {
  readonly sid: string;
  readonly status: string;
  readonly direction: string;
  readonly dateCreated: Date;
}

/** Between our clock and Twilio's, which says whole seconds. */
const CLOCKS_DIFFER_MS = 5_000;

/**
 * The id of the one call from our number to this phone since then. One that is over is no proof, and
 * makes another doubtful: it may be the request before.
 */
export function findPlaced(listed: readonly Listed[], sentAt: number): string | undefined {
  const since = sentAt - CLOCKS_DIFFER_MS;
  const [one, ...others] = listed.filter(
    ({ direction, dateCreated }) => direction === 'outbound-api' && dateCreated.getTime() >= since,
  );
  return one !== undefined && others.length === 0 && isLive(one.status) ? one.sid : undefined;
}
