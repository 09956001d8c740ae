import { type CallState, callerOf } from '../../call/state.js';
import { callIdOfSid, callSidOf } from '../../contract/call-sid.js';
import { CallError } from '../call-error.js';
import { readCall } from '../read-call.js';
import type { PhoneDependencies } from './phone-dependencies.js';

/** The call of this callSid, if this user placed it; `undefined` for anybody else's, and for none. */
export async function ownCall(
  deps: PhoneDependencies,
  userId: string,
  callSid: string,
): Promise<CallState | undefined> {
  const callId = callIdOfSid(callSid);
  const state = callId === undefined ? undefined : await found(deps, callId);
  const isOwn =
    state?.channel === 'phone' &&
    callerOf(state).userId === userId &&
    callSidOf(state.callId, state.createdAt) === callSid;
  return isOwn ? state : undefined;
}

async function found(deps: PhoneDependencies, callId: number): Promise<CallState | undefined> {
  try {
    return await readCall(deps, callId);
  } catch (error) {
    if (error instanceof CallError && error.code === 41001) return undefined;
    throw error;
  }
}
