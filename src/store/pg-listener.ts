import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const CONNECT_MS = 2_000;
const AGAIN_AFTER_MS = 500;
/** A connection can be dead without a word: it is asked this often, and has this long to answer. */
const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 2_000;

/** What was announced on a channel; `undefined` when anything may have been, while nobody listened. */
type OnNews = (payload: string | undefined) => void;

/**
 * Listens on a connection of its own, and takes another one when it is lost. Each time it begins to
 * listen it says so, because what was announced before that is not announced again.
 */
export function listenOnPostgres(
  url: string,
  channel: string,
  onNews: OnNews,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const listen = async (): Promise<void> => {
    while (!signal.aborted) {
      await listenOnce(url, channel, onNews, signal).catch(() => undefined);
      await pause(AGAIN_AFTER_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const listening = listen();
  return async () => {
    stopping.abort();
    await listening;
  };
}

/** Until the connection is lost, or it is told to stop. */
async function listenOnce(url: string, channel: string, onNews: OnNews, signal: AbortSignal) {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'switchyard events',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
  });
  const lost = new Promise<never>((_resolve, reject) => {
    client.on('error', reject);
    client.once('end', () => reject(new Error('the connection ended')));
  });
  lost.catch(() => undefined);
  try {
    await client.connect();
    client.on('notification', ({ payload }) => onNews(payload ?? ''));
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    onNews(undefined);
    while (!signal.aborted) {
      await Promise.race([pause(ASK_EVERY_MS, undefined, { signal }), lost]);
      await client.query('select 1');
    }
  } finally {
    await Promise.race([client.end(), pause(ANSWER_WITHIN_MS, undefined, { ref: false })]);
  }
}
