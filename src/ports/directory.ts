import type { SubAccount } from './telephony.js';

/** A user who can be reached by phone. Numbers are E.164; both members are secret. */
export interface DirectoryUser {
  readonly userId: string;
  readonly phone?: string;
  readonly subAccount?: SubAccount;
}

export interface PutUser {
  readonly userId: string;
  /** Null: none. */
  readonly phone: string | null;
  /** Null: none. Absent: as it was. */
  readonly subAccount?: SubAccount | null;
}

/**
 * Users and their phones. Every method rejects with `StoreUnavailable` when the store cannot answer
 * within its bound.
 */
export interface Directory {
  find(userId: string): Promise<DirectoryUser | undefined>;
  /** `in-call`: nothing was changed, because a live phone call was placed with what is stored. */
  put(user: PutUser): Promise<'kept' | 'in-call'>;
  /** `removed` also where there was nobody. */
  remove(userId: string): Promise<'removed' | 'in-call'>;
  /** By user id, in the order of its text. */
  list(afterId: string | undefined, limit: number): Promise<readonly DirectoryUser[]>;
  /**
   * Keeps a sub-account where there is none, and answers with the one that is kept: another process
   * may have been quicker. `undefined` for nobody.
   */
  keepSubAccount(userId: string, account: SubAccount): Promise<SubAccount | undefined>;
}
