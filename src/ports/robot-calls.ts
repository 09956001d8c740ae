import type { EndCause } from '../call/state.js';
import type { RobotPlan, RobotRoom } from '../contract/robot-plan.js';

/** What the provider said, or why nothing was heard of it. Nothing in it is secret. */
export interface ProviderEvidence {
  readonly code?: number;
  readonly info?: string;
  readonly requestId?: string;
  readonly httpStatus?: number;
  /** `not-sent`: no connection came about. `unreadable`: an answer without the expected members. */
  readonly fault?: 'not-sent' | 'timeout' | 'connection' | 'http-status' | 'unreadable';
}

/**
 * `request`: its content is at fault. `configuration`: nothing works until an operator acts.
 * `account`: one of the users. `throttled` and `unavailable`: the same request may pass later.
 */
export type RobotCallRefusal =
  | 'request'
  | 'configuration'
  | 'account'
  | 'throttled'
  | 'unavailable';

interface Refused {
  readonly kind: 'refused';
  readonly reason: RobotCallRefusal;
  readonly evidence: ProviderEvidence;
}

interface Unknown {
  readonly kind: 'unknown';
  /** Asking again at the same pace would be refused again. */
  readonly throttled: boolean;
  readonly evidence: ProviderEvidence;
}

export interface PlacedCallee {
  readonly userId: string;
  /** 0 is well; the provider documents no other value. */
  readonly resultCode: number;
}

export type PlaceOutcome =
  | {
      readonly kind: 'accepted';
      readonly providerCallId: string;
      readonly callees: readonly PlacedCallee[];
      readonly evidence: ProviderEvidence;
    }
  /** Nobody's phone rings for it. */
  | Refused
  /** It may ring: to be reconciled by `findPlaced`, never placed again. */
  | Unknown;

export interface RobotCallParty {
  readonly userId: string;
  readonly state: 'ringing' | 'present';
}

export type LookUpOutcome =
  /** Who is not listed is out of the call. */
  | { readonly kind: 'live'; readonly parties: readonly RobotCallParty[] }
  | { readonly kind: 'gone'; readonly evidence: ProviderEvidence }
  | Unknown;

export type EndOutcome =
  | { readonly kind: 'ended' | 'gone'; readonly evidence: ProviderEvidence }
  | Refused
  | Unknown;

/** A call that is over, as the provider keeps it. Times are milliseconds since the epoch. */
export interface RobotCallRecord {
  readonly providerCallId: string;
  readonly robot: string;
  readonly callees: readonly string[];
  readonly room: RobotRoom;
  readonly startedAt: number;
  /** Missing: nobody answered. */
  readonly acceptedAt?: number;
  readonly endedAt: number;
  readonly cause: EndCause;
  /** The provider's word behind `cause`. */
  readonly result: string;
}

export type RecordOutcome =
  | { readonly kind: 'record'; readonly record: RobotCallRecord }
  /** The provider writes it some seconds after the end. */
  | { readonly kind: 'not-yet' }
  | Unknown;

export interface LostPlacing {
  readonly placing: Pick<RobotPlan, 'robot' | 'callees' | 'room'>;
  /** By our clock: when it was sent, and the time from which a call in this room is another one. */
  readonly sentAt: number;
  readonly until: number;
}

export type FindPlacedOutcome =
  | { readonly kind: 'found'; readonly record: RobotCallRecord }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly providerCallIds: readonly string[] }
  | Unknown;

/**
 * Calls that a robot account places to app users. Every answer comes within a bound; nothing is
 * thrown. All but `place` may be repeated at will.
 */
export interface RobotCalls {
  place(placing: RobotPlan): Promise<PlaceOutcome>;
  lookUp(providerCallId: string): Promise<LookUpOutcome>;
  end(providerCallId: string): Promise<EndOutcome>;
  record(providerCallId: string): Promise<RecordOutcome>;
  /**
   * Searches the calls that are over: a live one can only be found by its id. One that `isOurs` by
   * its id is another call. Rejects only where `isOurs` does.
   */
  findPlaced(
    lost: LostPlacing,
    isOurs: (providerCallId: string) => Promise<boolean>,
  ): Promise<FindPlacedOutcome>;
}
