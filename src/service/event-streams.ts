import { StoreUnavailable } from '../ports/reservations.js';
import type { UserEvent, UserEvents } from '../ports/user-events.js';

export type { UserEvent };

/** At most this many events are in memory for one stream, whatever waits for its reader. */
const PAGE = 50;
const STORE_AGAIN_MS = 1_000;
/** Cursors of users that are asked for in one question, when anybody may have news. */
const USERS_AT_ONCE = 1_000;

export interface StreamStart {
  /** The number after which the stream goes on. */
  readonly after: number;
  /** Events that were to follow are not kept any more: what they told must be read. */
  readonly gap: boolean;
}

/** What users are told, followed live by any number of readers. */
export interface EventStreams {
  /** Without `after` a stream begins with what is told from now on. */
  start(userId: string, after: number | undefined): Promise<StreamStart>;
  /** In pages, each when the one before was taken, until `signal` is aborted or `close` is called. */
  follow(userId: string, after: number, signal: AbortSignal): AsyncIterable<readonly UserEvent[]>;
  /** How many are followed now. */
  readonly size: number;
  isClosed(): boolean;
  /** Ends every stream. */
  close(): Promise<void>;
}

interface Follower {
  seen: number;
  wake(): void;
  end(): void;
}

export function createEventStreams(log: UserEvents): EventStreams {
  const followers = new Map<string, Set<Follower>>();
  let closed = false;
  let size = 0;

  const wake = (userId: string): void => {
    for (const follower of followers.get(userId) ?? []) follower.wake();
  };
  const wakeWhoIsBehind = async (): Promise<void> => {
    const users = [...followers.keys()];
    for (let from = 0; from < users.length; from += USERS_AT_ONCE) {
      const last = await log.lastOf(users.slice(from, from + USERS_AT_ONCE));
      for (const [userId, seq] of last) {
        for (const follower of followers.get(userId) ?? []) {
          if (follower.seen < seq) follower.wake();
        }
      }
    }
  };
  const wakeAll = (): void => {
    for (const userId of followers.keys()) wake(userId);
  };
  const stopListening = log.listen((userId) => {
    if (userId !== undefined) wake(userId);
    else wakeWhoIsBehind().catch(wakeAll);
  });

  return {
    async start(userId, after) {
      const { first, last } = await log.rangeOf(userId);
      if (after === undefined) return { after: last, gap: false };
      if (after > last) return { after: last, gap: true };
      return { after, gap: after + 1 < first };
    },
    async *follow(userId, after, signal) {
      const ending = new AbortController();
      const end = () => ending.abort();
      if (closed || signal.aborted) return;
      signal.addEventListener('abort', end, { once: true });
      const stop = ending.signal;
      const news = createNews(stop);
      const follower: Follower = { seen: after, wake: news.tell, end };
      const ofUser = followers.get(userId) ?? new Set();
      followers.set(userId, ofUser.add(follower));
      size += 1;
      try {
        while (!stop.aborted) {
          news.forget();
          const page = await readInsistently(log, userId, follower.seen, stop);
          if (stop.aborted) return;
          const last = page.at(-1);
          if (last !== undefined) {
            yield page;
            follower.seen = last.seq;
          }
          if (page.length < PAGE) await news.come();
        }
      } finally {
        size -= 1;
        ofUser.delete(follower);
        if (ofUser.size === 0) followers.delete(userId);
      }
    },
    get size() {
      return size;
    },
    isClosed: () => closed,
    async close() {
      closed = true;
      for (const follower of [...followers.values()].flatMap((each) => [...each])) follower.end();
      await stopListening();
    },
  };
}

/** While the store is away nobody is told anything: a stream outlives that. */
async function readInsistently(
  log: UserEvents,
  userId: string,
  after: number,
  stop: AbortSignal,
): Promise<readonly UserEvent[]> {
  while (!stop.aborted) {
    try {
      return await log.after(userId, after, PAGE);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await pauseUnless(stop);
    }
  }
  return [];
}

const pauseUnless = (stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, STORE_AGAIN_MS);
    stop.addEventListener('abort', () => resolve(), { once: true });
  });

/** News that come between a look and the wait for more are not slept through. */
function createNews(stop: AbortSignal) {
  let told = false;
  let resume: (() => void) | undefined;
  const tell = (): void => {
    told = true;
    resume?.();
  };
  stop.addEventListener('abort', tell, { once: true });
  return {
    tell,
    forget() {
      told = stop.aborted;
    },
    come: () =>
      new Promise<void>((resolve) => {
        if (told) resolve();
        else resume = resolve;
      }),
  };
}
