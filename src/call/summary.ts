import { type CallState, callerOf } from './state.js';

/** One line that tells an operator which call this is: `1001 → 2002, video, rtc`. */
export function summaryOf(state: CallState): string {
  const callees = state.parties.filter(({ role }) => role === 'callee');
  const called = callees.map(({ userId }) => userId).join(', ');
  return `${callerOf(state).userId} → ${called}, ${state.callType}, ${state.channel}`;
}
