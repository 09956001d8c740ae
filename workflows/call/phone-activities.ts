import { proxyActivities } from '@temporalio/workflow';
import type { ProviderReport } from '../../src/call/events.js';
import type { PhoneStage } from '../../src/call/phone-stages.js';
import { ASKING, ENDING, PLACING } from './provider-policies.js';

/** Users, not numbers: whoever carries this out looks up whose phones they are. */
export interface DialledCall {
  readonly callId: number;
  readonly callerId: string;
  readonly calleeId: string;
  readonly token: string;
  readonly maxSeconds: number;
  /** In milliseconds since the epoch: nobody's phone is to ring any more after that. */
  readonly dialBy: number;
}

export interface FollowedPhoneCall {
  readonly providerCallId: string;
  readonly stage: PhoneStage;
  /** Whether somebody waits to hear that nothing is different, too. */
  readonly isAsked: boolean;
}

export interface EndedPhoneCall {
  readonly callerId: string;
  readonly providerCallId: string;
  /** Whether two people who speak by now are to be cut off as well. */
  readonly guard: 'always' | 'before_callee_answers';
}

/** What a phone call asks of its provider; each answers with reports in our words. */
export interface PhoneActivities {
  placePhoneCall(call: DialledCall): Promise<ProviderReport>;
  /** Answers when the provider proves that more has happened than is known, or when asked. */
  followPhoneCall(call: FollowedPhoneCall): Promise<readonly ProviderReport[]>;
  /** Answers when the provider has ended the call, will not, or no longer knows it. */
  endPhoneCall(call: EndedPhoneCall): Promise<readonly ProviderReport[]>;
}

export const { placePhoneCall } = proxyActivities<PhoneActivities>(PLACING);

export const { followPhoneCall } = proxyActivities<PhoneActivities>(ASKING);

export const { endPhoneCall } = proxyActivities<PhoneActivities>(ENDING);
