import type { CallState } from '../call/state.js';

export interface RecordFilter {
  /** By when the calls were started, in milliseconds since the epoch, both included. */
  readonly from: number;
  readonly to: number;
  /** A word of `RESULT_WORDS`. */
  readonly result?: string;
  readonly bizType?: 'single' | 'group';
  readonly limit: number;
  readonly offset: number;
}

export interface RecordedRobotCalls {
  /** Of all that fit. */
  readonly total: number;
  /** The latest first. */
  readonly calls: readonly { readonly providerCallId: string; readonly state: CallState }[];
}

/** Robot calls that are over and had an id of their provider's. Rejects with `StoreUnavailable`. */
export interface RobotCallHistory {
  over(filter: RecordFilter): Promise<RecordedRobotCalls>;
}
