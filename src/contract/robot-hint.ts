import type { PartyFact } from '../call/party-facts.js';
import type { EndedWord } from '../call/state.js';
import type { RobotRoom } from './robot-plan.js';

/** What a robot call's provider said unasked, in our words. */
export interface RobotHint {
  readonly providerCallId: string;
  /** The provider's time of it, in milliseconds since the epoch. */
  readonly at: number;
  readonly parties: readonly { readonly userId: string; readonly fact: PartyFact }[];
  /** Where and with whom: what a call is recognised by whose id was lost. */
  readonly about?: { readonly room: RobotRoom; readonly users: readonly string[] };
  readonly ended?: EndedWord;
}

/** A callback as it came, and what was understood of it. */
export interface ReceivedCallback {
  /** The same for the same callback, however often it comes. */
  readonly key: string;
  readonly command: string;
  /** What was appended to the URL, without a leading `?`. */
  readonly query: string;
  readonly body: string;
  readonly hint?: RobotHint;
}
