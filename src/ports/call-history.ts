import type { CallState, CallStatus, Channel, EndCause } from '../call/state.js';
import type { OutwardEvent } from '../call/step.js';

/** Which calls are wanted; every condition that is given must hold. */
export interface CallFilter {
  /** Each of these users is a party of the call. */
  readonly parties?: readonly string[];
  readonly status?: CallStatus;
  readonly cause?: EndCause;
  readonly channel?: Channel;
  /** Created at or after this time, and before that one; milliseconds since the epoch. */
  readonly from?: number;
  readonly to?: number;
  /** Whether no callee accepted or rejected it or, with `missedBy`, whether that user missed it. */
  readonly missed?: boolean;
  readonly missedBy?: string;
}

/** Where a page ended; creation times and ids of calls never change. */
export interface HistoryPosition {
  readonly createdAt: number;
  readonly callId: number;
}

/** An event of the log. */
export interface RecordedEvent {
  readonly id: string;
  readonly event: OutwardEvent;
  /** The call as it was when the event was written: at the event's version, or a later one. */
  readonly state: CallState;
}

/** The place of an event among those of its call. */
export interface EventPosition {
  readonly version: number;
  readonly nth: number;
}

/** The last network quality that a terminal reported. */
export interface LastQuality {
  readonly userId: string;
  readonly terminalId: string;
  readonly quality: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Reads what is written of many calls. Rejects with `StoreUnavailable` when the store is away. */
export interface CallHistory {
  /** Newest first, those after the position. */
  list(filter: CallFilter, after: HistoryPosition | undefined, limit: number): Promise<CallState[]>;
  /** In order, those after the position; of a user only what that user is told. */
  eventsOf(
    callId: number,
    after: EventPosition | undefined,
    limit: number,
    userId?: string,
  ): Promise<RecordedEvent[]>;
  qualityOf(callId: number): Promise<LastQuality[]>;
}
