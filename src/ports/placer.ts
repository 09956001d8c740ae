import type { PlacingReport } from '../call/events.js';
import type { RobotPlan } from '../contract/robot-plan.js';

export interface PlacingOrder {
  readonly callId: number;
  readonly plan: RobotPlan;
  /** Until then (ms since the epoch) the asker tells of the outcome whoever wants the call. */
  readonly tellBy?: number;
  /** Why nobody shall send the request any more. */
  readonly withdrawn?: string;
}

/** Places calls, each once, whoever asks for it and however often. */
export interface Placer {
  /**
   * What came of asking the provider; `elsewhere` where the request is somebody else's to send, who
   * has not said what came of it. What is answered is kept before; an outcome that could not be kept
   * is never `claimed`. Rejects with `StoreUnavailable` where nobody can tell whose it is.
   */
  place(order: PlacingOrder): Promise<PlacingReport | 'elsewhere'>;
}
