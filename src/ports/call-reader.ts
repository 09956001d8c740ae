import type { CallState } from '../call/state.js';

export interface RecordedCall {
  readonly state: CallState;
  /** See `StartCall.startBy`. */
  readonly startBy: number;
}

export interface NamedCall extends RecordedCall {
  /** As it was named last, which the state may not know yet. */
  readonly providerCallId?: string;
}

export interface RingingCall {
  readonly state: CallState;
  /** A call that was reserved but not announced may never have been started. */
  readonly announced: boolean;
}

/** Reads what was written of calls. Rejects with `StoreUnavailable` when the store is away. */
export interface CallReader {
  find(callId: number): Promise<NamedCall | undefined>;
  /** The call a provider knows by this id. */
  findByProviderId(providerCallId: string): Promise<RecordedCall | undefined>;
  /** Live calls that a provider was asked to place in this room, and whose id is not known yet. */
  placingIn(roomName: string): Promise<readonly CallState[]>;
  /** The live call whose stream this is, as far as it is written. */
  findByStreamTask(taskId: string): Promise<RecordedCall | undefined>;
  /**
   * Calls not yet recorded as over, or given up and not yet released, that can no longer be waiting for
   * their start: those whose `startBy` is before the given time, with ids above `afterId`, in the order
   * of their ids.
   */
  unsettled(startByBefore: number, afterId: number, limit: number): Promise<RecordedCall[]>;
  /** Calls that ring for this user, as far as they are written, newest first. */
  ringingFor(userId: string): Promise<readonly RingingCall[]>;
}
