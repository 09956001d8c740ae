import { proxyActivities } from '@temporalio/workflow';
import type { ReceivedCallback, RobotHint } from '../../src/contract/robot-hint.js';

/** The call that a hint is about. */
export interface HintedCall {
  readonly callId: number;
  /** Its id was not known here: the provider was asked, and confirmed that this is the call. */
  readonly isFound: boolean;
}

/** What a callback asks of the world. */
export interface CallbackActivities {
  /** `null`: the hint is about no call of ours. */
  findHintedCall(hint: RobotHint): Promise<HintedCall | null>;
  /** Carries it on to whoever wants callbacks of this command, if anybody does. */
  relayCallback(callback: Omit<ReceivedCallback, 'hint'>): Promise<void>;
}

/**
 * Only reads. A call may be told of before the answer to its start is written; after some seconds it
 * is nobody's, and a call of ours is followed without hints as well.
 */
export const { findHintedCall } = proxyActivities<CallbackActivities>({
  summary: 'whose call is it',
  startToCloseTimeout: '10s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumAttempts: 6 },
});

/** What was acknowledged to the provider is owed to the backend, for a day. */
export const { relayCallback } = proxyActivities<CallbackActivities>({
  summary: 'carry it on to the backend',
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
});
