import { type NewCall, newCall } from '../../src/call/new-call.js';
import type { StartCall } from '../../src/ports/call-engine.js';

export const CALLER = '10001';
export const CALLEE = '20002';
export const CALLER_PHONE = 'caller-phone';
export const CALLEE_PHONE = 'callee-phone';
export const CALLEE_TABLET = 'callee-tablet';

let lastCallId = 0;

export interface CallOptions extends Partial<NewCall> {
  readonly robot?: StartCall['robot'];
  readonly phone?: StartCall['phone'];
  readonly startBy?: number;
  readonly supersedes?: number;
}

/** A start as the service would send it; ids are unique within a test file. */
export function aStart({
  startBy,
  supersedes,
  robot,
  phone,
  ...spec
}: CallOptions = {}): StartCall {
  lastCallId += 1;
  const callId = spec.callId ?? lastCallId;
  const now = Date.now();
  return {
    startBy: startBy ?? now + 60_000,
    ...(supersedes !== undefined && { supersedes }),
    ...(robot !== undefined && { robot }),
    ...(phone !== undefined && { phone }),
    state: newCall(
      {
        callId,
        channel: 'rtc',
        callType: 'video',
        bizType: 'single',
        caller: { userId: CALLER, terminalId: CALLER_PHONE },
        calleeIds: [CALLEE],
        conversationId: '1001',
        room: { appId: '1400000000', name: `call_${callId}_1001` },
        ringTimeoutMs: 30_000,
        limits: { maxDurationMs: 14_400_000, allLeftGraceMs: 30_000 },
        ...spec,
      },
      now,
    ),
  };
}

export const byCaller = { user_id: CALLER, terminal_id: CALLER_PHONE };
export const byCallee = { user_id: CALLEE, terminal_id: CALLEE_PHONE };
export const byTablet = { user_id: CALLEE, terminal_id: CALLEE_TABLET };
