import { proxyActivities } from '@temporalio/workflow';
import type { ProviderReport } from '../../src/call/events.js';
import type { PartyState } from '../../src/call/state.js';
import type { RobotPlan } from '../../src/contract/robot-plan.js';
import { ASKING, ENDING, PLACING } from './provider-policies.js';

export interface PlacedCall {
  readonly providerCallId: string;
}

export interface FollowedCall extends PlacedCall {
  readonly robot: string;
  readonly known: readonly { readonly userId: string; readonly state: PartyState }[];
  readonly isGroup: boolean;
  readonly ringUntil: number;
}

export interface LostCall {
  readonly plan: RobotPlan;
  readonly askedAt: number;
  readonly until: number;
}

/** What a robot call asks of its provider; each answers with reports in our words. */
export interface RobotActivities {
  placeRobotCall(plan: RobotPlan): Promise<ProviderReport>;
  /** Looks for a call whose placing was not answered; finds nothing by `until`: no report. */
  findRobotCall(lost: LostCall): Promise<readonly ProviderReport[]>;
  /** Answers when the provider says anything else than what is known. */
  followRobotCall(call: FollowedCall): Promise<readonly ProviderReport[]>;
  /** Answers when the provider has ended the call, or says that it is over. */
  endRobotCall(call: PlacedCall): Promise<void>;
  /** How the call ended, by the provider's record, which is waited for until then. */
  closeRobotCall(call: PlacedCall & { readonly until: number }): Promise<ProviderReport>;
}

export const { placeRobotCall } = proxyActivities<RobotActivities>(PLACING);

export const { findRobotCall, followRobotCall, closeRobotCall } =
  proxyActivities<RobotActivities>(ASKING);

export const { endRobotCall } = proxyActivities<RobotActivities>(ENDING);
