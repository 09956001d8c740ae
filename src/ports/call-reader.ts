import type { CallState } from '../call/state.js';

export interface RecordedCall {
  readonly state: CallState;
  /** See `StartCall.startBy`. */
  readonly startBy: number;
}

/** Reads what was written of calls. Rejects with `StoreUnavailable` when the store is away. */
export interface CallReader {
  find(callId: number): Promise<RecordedCall | undefined>;
  /** Calls that ring for this user, as far as they are written, newest first. */
  ringingFor(userId: string): Promise<readonly CallState[]>;
}
