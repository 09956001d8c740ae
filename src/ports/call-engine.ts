import type { CallState } from '../call/state.js';
import type { ErrorCode } from '../contract/codes.js';
import type { CommandName } from '../contract/names.js';
import type { PhonePlan } from '../contract/phone-plan.js';
import type { ProviderPush } from '../contract/provider-report.js';
import type { RobotPlan } from '../contract/robot-plan.js';
import type { PlacedState } from './placed-here.js';

export interface StartCall {
  readonly state: CallState;
  /** A start the engine records later than this (ms since the epoch) rings nobody. */
  readonly startBy: number;
  /** The caller's own call that this one replaces. */
  readonly supersedes?: number;
  /** What a robot call asks of its provider. */
  readonly robot?: RobotPlan;
  /** What a phone call has to know of its provider. */
  readonly phone?: PhonePlan;
}

/** `unavailable`: nothing was sent. `unknown`: the start may still be carried out. */
export type StartOutcome = 'started' | 'already-started' | 'unavailable' | 'unknown';

/** What a user or device sends to a call: the same members from the API, the UI and the CLI. */
export interface CommandPayload {
  readonly user_id: string;
  readonly terminal_id: string;
  readonly reason?: string | null;
  readonly stage?: string;
  readonly network_quality?: string | null;
  readonly takeover?: boolean;
}

export type CommandOutcome =
  /** `unchanged`: there was nothing left to do. */
  | { readonly kind: 'done'; readonly state: CallState; readonly unchanged?: true }
  /** `message` says what is wrong with the input (40001). */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message?: string }
  /** No workflow of this call is running: the record knows, if anything does. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'unknown' };

/** `gone`, `unavailable` and `unknown` as of a command. */
export type PlacedOutcome =
  | { readonly kind: 'done'; readonly state: PlacedState }
  | { readonly kind: 'gone' | 'unavailable' | 'unknown' };

/** The code with which a call in this state refuses a certain command, if it does. */
export type RefusedBy = (state: CallState) => ErrorCode | undefined;

/**
 * `running`: it is live. `ending`: it is over, and its end is being recorded. `closed`: nothing of
 * it runs any more.
 */
export type Presence = 'running' | 'ending' | 'closed' | 'missing' | 'unknown';

export type HeardOutcome = 'delivered' | 'gone' | 'unavailable' | 'unknown';

/** The durable engine that owns live calls. Every answer comes within a bound; nothing is thrown. */
export interface CallEngine {
  /** `withinMs` may shorten the bound, never lengthen it. */
  start(call: StartCall, withinMs?: number): Promise<StartOutcome>;
  /** A command that waits for others of its call may be refused by what their answers show. */
  command(
    callId: number,
    name: Exclude<CommandName, 'end'>,
    payload: CommandPayload,
    refusedBy?: RefusedBy,
  ): Promise<CommandOutcome>;
  /**
   * What came of placing a call: answers once the provider has said so, or with the call as it is
   * then once `withinMs` have passed.
   */
  placed(callId: number, withinMs: number): Promise<PlacedOutcome>;
  /** Hands over what a provider said; `delivered` once that is durable. Nobody need be there to read it. */
  hear(callId: number, push: ProviderPush): Promise<HeardOutcome>;
  /** The live call, or `undefined` when it cannot be had in time: 500 ms unless told otherwise. */
  state(callId: number, withinMs?: number): Promise<CallState | undefined>;
  /** Known without a worker; `unknown` when it cannot be had in time: 500 ms unless told otherwise. */
  presence(callId: number, withinMs?: number): Promise<Presence>;
  /**
   * Has whatever a call without a workflow still holds at its provider given back, for as long as it
   * takes. Once for each call, however often it is asked for. A `leg` is a provider's id of a phone
   * call that speaks although it is not the call's own, or although that is over: it is hung up as
   * often as it is heard of.
   */
  release(state: CallState, leg?: string): Promise<StartOutcome>;
  /** Ids of the calls that are listed as running, a moment ago; `undefined` when it cannot be told. */
  running(): Promise<ReadonlySet<number> | undefined>;
}
