import type { CallEvent } from '../../src/call/events.js';
import { type NewCall, newCall } from '../../src/call/new-call.js';
import type { CallState } from '../../src/call/state.js';
import { type OutwardEvent, toldBy } from '../../src/call/step.js';
import { judge } from '../../src/call/transition.js';
import type { RecordedCall } from '../../src/ports/call-reader.js';
import type { Reservations } from '../../src/ports/reservations.js';

export const T0 = Date.UTC(2026, 6, 5, 10, 5, 0);
export const START_BY = T0 + 10_000;
const PHONE = 'phone';
export const TABLET = 'tablet';

let users = 10_000;
/** A user no other test knows. */
export const someone = (): string => String(++users);

export interface Placed {
  readonly caller?: string;
  readonly terminalId?: string;
  readonly callees?: readonly string[];
  readonly at?: number;
  readonly spec?: Partial<NewCall>;
}

/** A call that nobody has reserved or recorded yet. */
export async function placed(reservations: Reservations, wanted: Placed = {}): Promise<CallState> {
  const { caller = someone(), terminalId = PHONE, callees = [someone()], at = T0 } = wanted;
  return newCall(
    {
      callId: await reservations.nextCallId(),
      channel: 'rtc',
      callType: 'video',
      bizType: callees.length > 1 ? 'group' : 'single',
      caller: { userId: caller, terminalId },
      calleeIds: callees,
      conversationId: '1001',
      ringTimeoutMs: 30_000,
      limits: { maxDurationMs: 14_400_000, allLeftGraceMs: 30_000 },
      ...wanted.spec,
    },
    at,
  );
}

export interface Dialled {
  readonly caller: string;
  readonly callee: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Two people who are to be rung, as it is booked; it is not. */
export async function aPhoneCall(
  reservations: Reservations,
  { caller, callee, at }: Dialled,
): Promise<RecordedCall> {
  const state = newCall(
    {
      callId: await reservations.nextCallId(),
      channel: 'phone',
      callType: 'audio',
      bizType: 'single',
      caller: { userId: caller },
      calleeIds: [callee],
      token: 'a-token',
      ringTimeoutMs: 120_000,
      limits: { maxDurationMs: 3_600_000, allLeftGraceMs: 30_000 },
    },
    at,
  );
  return { state, startBy: START_BY };
}

export interface Changed {
  readonly state: CallState;
  readonly events: readonly OutwardEvent[];
}

/** The call after these events, one second apart, and what the outside is to be told of them. */
export function after(state: CallState, ...happened: readonly CallEvent[]): Changed {
  return happened.reduce<Changed>(
    (before, event, index) => {
      const { state: now, effects, refusal } = judge(before.state, event, T0 + (index + 1) * 1_000);
      if (refusal !== undefined) throw new Error(`${event.type} was refused: ${refusal}`);
      return { state: now, events: [...before.events, ...toldBy(effects)] };
    },
    { state, events: [] },
  );
}

const by = (userId: string, terminalId: string) => ({ userId, terminalId });
export const accepts = (userId: string, terminalId = PHONE): CallEvent => ({
  type: 'accept',
  ...by(userId, terminalId),
});
export const rejects = (userId: string, reason?: string): CallEvent => ({
  type: 'reject',
  ...by(userId, PHONE),
  ...(reason !== undefined && { reason }),
});
export const cancels = (userId: string): CallEvent => ({ type: 'cancel', ...by(userId, PHONE) });
export const hangsUp = (userId: string): CallEvent => ({ type: 'hangup', ...by(userId, PHONE) });
export const joins = (userId: string): CallEvent => ({
  type: 'media-state',
  stage: 'joined',
  ...by(userId, PHONE),
});

export const callerId = (state: CallState): string => state.parties[0]?.userId ?? '';
export const calleeId = (state: CallState): string => state.parties[1]?.userId ?? '';
