import { isPlacing } from '../../call/placing.js';
import { type CallState, isOver } from '../../call/state.js';
import { HOTLINE } from '../../contract/phone-plan.js';
import { callPhone, type PhoneCallStarted } from './call-phone.js';
import { cancelPhone, type PhoneCallCancelled } from './cancel-phone.js';
import { ownCall } from './own-call.js';
import type { PhoneDependencies } from './phone-dependencies.js';

/** Asked for, rings, talks, over: the documented numbers. */
export type PhoneCallStage = '1' | '2' | '3' | '4';

/** Two-way callbacks between users, and with the hotline. Rejects with `CallError`. */
export interface PhoneService {
  /** As people write it. */
  readonly hotline: string | undefined;
  call(callerId: string, calleeId: string): Promise<PhoneCallStarted>;
  callHotline(callerId: string): Promise<PhoneCallStarted>;
  cancel(userId: string, callSid: string): Promise<PhoneCallCancelled>;
  stage(userId: string, callSid: string): Promise<PhoneCallStage | 'not-yours'>;
}

export const createPhoneService = (deps: PhoneDependencies): PhoneService => ({
  hotline: deps.dialPlan.hotline,
  async call(callerId, calleeId) {
    if (callerId === calleeId) return { kind: 'refused', why: 'bad_target' };
    return callPhone(deps, callerId, calleeId);
  },
  callHotline: (callerId) => callPhone(deps, callerId, HOTLINE),
  cancel: (userId, callSid) => cancelPhone(deps, userId, callSid),
  async stage(userId, callSid) {
    const call = await ownCall(deps, userId, callSid);
    return call === undefined ? 'not-yours' : stageOf(call);
  },
});

function stageOf(call: CallState): PhoneCallStage {
  if (isOver(call)) return '4';
  if (call.acceptedAt !== undefined) return '3';
  return isPlacing(call) ? '1' : '2';
}
