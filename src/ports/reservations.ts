import type { CallState } from '../call/state.js';

export interface ReserveCall {
  /** The new call at version 1; its caller and callees are the lines to take. */
  readonly state: CallState;
  /** Milliseconds since the epoch; see `StartCall.startBy`. */
  readonly startBy: number;
  /** `bodyHash` tells a repeat of the same request from another request under the same key. */
  readonly idempotency?: {
    readonly key: string;
    readonly bodyHash: string;
    /**
     * Absent, the key holds for 24 hours. Otherwise for this long and, beyond it, while its call is
     * live or may still be claimed; never for a call its provider refused.
     */
    readonly holdsMs?: number;
  };
}

export interface BlockedLine {
  readonly userId: string;
  readonly callId: number;
  readonly startBy: number;
}

export type ReserveOutcome =
  /** The row and both lines are written. `supersedes`: the caller's former call on this terminal. */
  | { readonly kind: 'reserved'; readonly supersedes?: number }
  /** The same create as a call that is still `calling`, or the same idempotency key. */
  | {
      readonly kind: 'replayed';
      readonly state: CallState;
      readonly startBy: number;
      readonly supersedes?: number;
    }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'callee-busy'; readonly line: BlockedLine }
  | { readonly kind: 'caller-busy'; readonly line: BlockedLine };

/**
 * Call ids, busy lines and idempotency keys, exact under concurrency.
 * Every method rejects with `StoreUnavailable` when the store cannot answer within its bound.
 */
export interface Reservations {
  nextCallId(): Promise<number>;
  /** Whether `reserve` would answer this request with the call of an earlier one. */
  wasReserved(request: ReserveCall): Promise<boolean>;
  /** One transaction: nothing is written unless the outcome is `reserved`. */
  reserve(request: ReserveCall): Promise<ReserveOutcome>;
  /**
   * Undoes a reservation whose call was never sent to the engine: row, lines and key. It stays where
   * it was `replayed` to another request, which may have sent it.
   */
  abandon(callId: number): Promise<void>;
  /** Where the call is found under its provider's id from now on. */
  nameProviderCall(callId: number, providerCallId: string): Promise<void>;
  /** Frees a line held for a call that is known to be over; a no-op if another call holds it. */
  freeLine(line: BlockedLine): Promise<void>;
}

/** The store gave no answer: what was asked of it may or may not have been carried out. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
