import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** What a repository may use: the same queries whichever database answers them. */
export type Queries = PgDatabase<PgQueryResultHKT, Record<string, never>>;
export type Work<T> = (queries: Queries) => Promise<T>;

/**
 * One database. Both methods reject with `StoreUnavailable` when it cannot answer within the bound;
 * what was asked may then have been done or not. Any other rejection is a mistake of ours.
 */
export interface Database {
  /** Statements that need not be seen as one. */
  run<T>(work: Work<T>): Promise<T>;
  transaction<T>(work: Work<T>): Promise<T>;
  /**
   * Hears what any process announces on a channel, until it is stopped; `undefined` when something
   * may have been announced unheard.
   */
  listen(channel: string, onNews: (payload: string | undefined) => void): () => Promise<void>;
  close(): Promise<void>;
}

/** The longest a caller waits for the store. */
export const BOUND_MS = 1_500;
