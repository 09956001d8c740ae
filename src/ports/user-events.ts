import type { RecordedEvent } from './call-history.js';

/** An event with its number among those of one user: from 1, without gaps. */
export interface UserEvent extends RecordedEvent {
  readonly seq: number;
}

export interface UserEventRange {
  /** Of the oldest event that is still kept; one more than `last` where there is none. */
  readonly first: number;
  /** 0 for a user who was never told anything. */
  readonly last: number;
}

/** `undefined`: somebody may have news of whom nothing was heard. */
export type Heard = (userId: string | undefined) => void;

/** The log of what users are told. Reads reject with `StoreUnavailable` when the store is away. */
export interface UserEvents {
  rangeOf(userId: string): Promise<UserEventRange>;
  /** In order, and none missing: a number that is seen is never preceded by one yet to come. */
  after(userId: string, seq: number, limit: number): Promise<UserEvent[]>;
  /** The last number of each of these users who were told anything. */
  lastOf(userIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Hears of news that any process writes, from now on until it is stopped. */
  listen(heard: Heard): () => Promise<void>;
}
