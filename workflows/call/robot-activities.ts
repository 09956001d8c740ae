import { proxyActivities } from '@temporalio/workflow';
import type { PlacingReport, ProviderReport } from '../../src/call/events.js';
import type { PartyFact } from '../../src/call/party-facts.js';
import type { PartyState } from '../../src/call/state.js';
import type { RobotPlan } from '../../src/contract/robot-plan.js';
import { ASKING, CLOSING, ENDING, PLACING } from './provider-policies.js';

export interface PlacedCall {
  readonly providerCallId: string;
}

export interface EndedCall extends PlacedCall {
  /** The provider says that there is no such call: if it will not end it either, that is that. */
  readonly isForgotten: boolean;
}

export interface FollowedCall extends PlacedCall {
  readonly robot: string;
  /** `word`: what the provider last said of this callee unasked. */
  readonly known: readonly {
    readonly userId: string;
    readonly state: PartyState;
    readonly word?: PartyFact;
  }[];
  readonly isGroup: boolean;
  readonly ringUntil: number;
  /** Whether somebody waits to hear that nothing is different, too. */
  readonly isAsked: boolean;
}

export interface ClosedCall extends EndedCall {
  /** How long the record is waited for once the provider has ended the call. */
  readonly recordWithinMs: number;
}

export interface LostCall {
  readonly plan: RobotPlan;
  readonly askedAt: number;
  readonly until: number;
}

/** What a robot call asks of its provider; each answers with reports in our words. */
export interface RobotActivities {
  placeRobotCall(plan: RobotPlan): Promise<PlacingReport>;
  /** Looks for a call whose placing was not answered; finds nothing by `until`: no report. */
  findRobotCall(lost: LostCall): Promise<readonly ProviderReport[]>;
  /** Answers when the provider says anything else than what is known, or that, where it is asked. */
  followRobotCall(call: FollowedCall): Promise<readonly ProviderReport[]>;
  /** Answers when the provider has ended the call, or says that it is over. */
  endRobotCall(call: EndedCall): Promise<void>;
  /** Ends it, and answers how it ended by the provider's record; `null` where none comes in time. */
  closeRobotCall(call: ClosedCall): Promise<ProviderReport | null>;
}

export const { placeRobotCall } = proxyActivities<RobotActivities>(PLACING);

export const { findRobotCall, followRobotCall } = proxyActivities<RobotActivities>(ASKING);

export const { endRobotCall } = proxyActivities<RobotActivities>(ENDING);

export const { closeRobotCall } = proxyActivities<RobotActivities>(CLOSING);
