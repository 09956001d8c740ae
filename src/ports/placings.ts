import type { PlacingReport } from '../call/events.js';

/**
 * Which asker sends the request that places a call, and what came of it.
 * Every method rejects with `StoreUnavailable` when the store cannot answer within its bound.
 */
export interface Placings {
  /** Whether the request is the asker's to send: it is one asker's, ever. */
  takeOn(callId: number): Promise<boolean>;
  /** What came of it, where every asker finds it; and the call, under its provider's id. */
  keep(callId: number, report: PlacingReport): Promise<void>;
  find(callId: number): Promise<PlacingReport | undefined>;
}
