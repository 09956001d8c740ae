import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ProviderReport } from '../../src/call/events.js';
import type { PartyState } from '../../src/call/state.js';
import type { RobotPlan } from '../../src/contract/robot-plan.js';

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

/**
 * Rings phones: one attempt, whatever comes of it. One that no worker took up in time was not sent;
 * any other failure leaves open whether it was.
 */
export const { placeRobotCall } = proxyActivities<RobotActivities>({
  summary: 'ask the provider to place the call',
  scheduleToStartTimeout: '5s',
  startToCloseTimeout: '8s',
  retry: { maximumAttempts: 1 },
});

/** They only ask, so they are asked for as long as the call needs; their bounds come as inputs. */
export const { findRobotCall, followRobotCall, closeRobotCall } = proxyActivities<RobotActivities>({
  startToCloseTimeout: '24h',
  heartbeatTimeout: '15s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5s' },
});

/** Ending a call that is over changes nothing, and one that is not ended keeps a phone ringing. */
export const { endRobotCall } = proxyActivities<RobotActivities>({
  summary: 'end the call at the provider',
  startToCloseTimeout: '8s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});
