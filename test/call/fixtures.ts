import type { CallEvent } from '../../src/call/events.js';
import { type NewCall, newCall } from '../../src/call/new-call.js';
import type { CallState, CallStatus } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';

export const T0 = Date.UTC(2026, 6, 5, 10, 5, 0);
export const CALLER = '10001';
export const CALLEE = '20002';
export const THIRD = '30003';
export const STRANGER = '99999';
export const CALLER_PHONE = 'caller-phone';
export const CALLEE_PHONE = 'callee-phone';
export const CALLEE_TABLET = 'callee-tablet';

export const RING_MS = 30_000;
export const MAX_MS = 14_400_000;
export const GRACE_MS = 30_000;

export function aCall(overrides: Partial<NewCall> = {}): CallState {
  return newCall(
    {
      callId: 5001,
      channel: 'rtc',
      callType: 'video',
      bizType: 'single',
      caller: { userId: CALLER, terminalId: CALLER_PHONE },
      calleeIds: [CALLEE],
      conversationId: '1001',
      room: { appId: '1400000000', name: 'call_5001_1001' },
      ringTimeoutMs: RING_MS,
      limits: { maxDurationMs: MAX_MS, allLeftGraceMs: GRACE_MS },
      ...overrides,
    },
    T0,
  );
}

export const aGroup = (...calleeIds: string[]): CallState => aCall({ bizType: 'group', calleeIds });

/** Applies events one second apart and fails on a refusal. */
export function after(state: CallState, ...events: CallEvent[]): CallState {
  return events.reduce((current, event, index) => {
    const judged = judge(current, event, T0 + (index + 1) * 1_000);
    if (judged.refusal !== undefined) throw new Error(`${event.type} refused ${judged.refusal}`);
    return judged.state;
  }, state);
}

export const accept = (userId = CALLEE, terminalId = CALLEE_PHONE): CallEvent => ({
  type: 'accept',
  userId,
  terminalId,
});
export const reject = (userId = CALLEE, reason?: string): CallEvent => ({
  type: 'reject',
  userId,
  terminalId: CALLEE_PHONE,
  ...(reason !== undefined && { reason }),
});
export const cancel = (userId = CALLER, reason?: string): CallEvent => ({
  type: 'cancel',
  userId,
  terminalId: CALLER_PHONE,
  ...(reason !== undefined && { reason }),
});
export const hangup = (userId = CALLER, reason?: string): CallEvent => ({
  type: 'hangup',
  userId,
  terminalId: userId === CALLER ? CALLER_PHONE : CALLEE_PHONE,
  ...(reason !== undefined && { reason }),
});
export const media = (stage: string, userId = CALLER, quality?: string): CallEvent => ({
  type: 'media-state',
  userId,
  terminalId: userId === CALLER ? CALLER_PHONE : CALLEE_PHONE,
  stage,
  ...(quality !== undefined && { quality }),
});

/** A one-to-one rtc call in each status. */
export const inStatus: Readonly<Record<CallStatus, () => CallState>> = {
  calling: () => aCall(),
  accepted: () => after(aCall(), accept()),
  ongoing: () => after(aCall(), accept(), media('joined')),
  rejected: () => after(aCall(), reject()),
  cancelled: () => after(aCall(), cancel()),
  ended: () => after(aCall(), accept(), media('joined'), hangup()),
};
