import type { CallState } from '../call/state.js';
import type { OutwardEvent } from '../call/step.js';
import type { DeliveryQueue } from './webhooks.js';

/** The written history of calls: a snapshot per call and the log of what the outside is told. */
export interface Records {
  /**
   * One transaction: the snapshot replaces a stored one of an earlier version (of the same version
   * only while that one is not over: how a call ended is written once), events
   * not yet in the log are appended for each of their users, and the lines of parties that are out
   * of the call are freed. Doing it again changes nothing. A call that ends without
   * ever having rung (`unreachable`) also returns the line it took over, and its idempotency key.
   * All events of one version come in one
   * write and in one order, because their ids are counted.
   *
   * Answers for which endpoints this write has put something in the queue, or, where all of it had been
   * written before, for which of them something of this call still waits.
   */
  write(state: CallState, events: readonly OutwardEvent[]): Promise<readonly DeliveryQueue[]>;
}
