import { isLive } from './statuses.js';

interface Listed {
  readonly sid: string;
  readonly status: string;
  readonly direction: string;
  /** Missing while it is queued. */
  readonly dateCreated: Date | null | undefined;
}

/** Between our clock and Twilio's, which says whole seconds. */
const CLOCKS_DIFFER_MS = 2_000;
/** The call before may still be there, or show instead of one that never came about. */
const DOUBTFUL_FOR_MS = 60_000;

/**
 * The id of the one call from our number to this phone since then. Another one, even one that is over
 * or a little older, makes it doubtful whose this is.
 */
export function findPlaced(listed: readonly Listed[], sentAt: number): string | undefined {
  const createdAt = ({ dateCreated }: Listed) => dateCreated?.getTime() ?? Date.now();
  const [one, ...others] = listed.filter(
    (call) => call.direction === 'outbound-api' && createdAt(call) >= sentAt - DOUBTFUL_FOR_MS,
  );
  if (one === undefined || others.length > 0) return undefined;
  return isLive(one.status) && createdAt(one) >= sentAt - CLOCKS_DIFFER_MS ? one.sid : undefined;
}
