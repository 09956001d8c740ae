import type { CallState } from '../call/state.js';

/** What came of placing a call. */
export type PlacedState = Pick<CallState, 'placing' | 'providerCallId'>;

/** Calls that were asked for in this process, whose requests wait for what comes of placing them. */
export interface PlacedHere {
  /** Says that a call is being placed here. None where nobody of this process waits for it. */
  begin(callId: number): WaitsHere | undefined;
}

export interface WaitsHere {
  /**
   * Completes the activity with its result, and tells whoever waits what came of placing once that is
   * durable. `not-told`: the answer would come too late, or nothing was confirmed; then the activity is
   * to be completed as usual.
   */
  tell(taskToken: Uint8Array, result: object, placed: PlacedState): Promise<'told' | 'not-told'>;
}
