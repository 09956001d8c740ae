import { CHANNEL_POLICIES } from './channel-policy.js';
import type { CallState, Channel, Limits, Room, Stream } from './state.js';

export interface NewCall {
  readonly callId: number;
  readonly channel: Channel;
  readonly callType: 'audio' | 'video';
  readonly bizType: 'single' | 'group';
  readonly caller: { readonly userId: string; readonly terminalId?: string };
  readonly calleeIds: readonly string[];
  readonly conversationId?: string;
  readonly room?: Room;
  readonly stream?: Pick<Stream, 'userId' | 'endsCall'>;
  readonly ringTimeoutMs: number;
  readonly limits: Limits;
  /** See `CallState.token`. */
  readonly token?: string;
  /** See `CallState.claimBy`. */
  readonly claimWithinMs?: number;
}

/** A call as it is created: version 1, `calling`, every callee rung at once. */
export function newCall(spec: NewCall, now: number): CallState {
  const { caller, calleeIds, ringTimeoutMs, claimWithinMs, stream, ...kept } = spec;
  const isPlaced = CHANNEL_POLICIES[spec.channel].endsBy === 'confirmation';
  return {
    ...kept,
    ...(stream !== undefined && { stream: { ...stream, kind: 'waiting', failures: 0 } }),
    ...(isPlaced && { placing: { kind: 'asking' } }),
    ...(claimWithinMs !== undefined && { claimBy: now + claimWithinMs }),
    version: 1,
    status: 'calling',
    parties: [
      { ...caller, role: 'caller', state: 'present' },
      ...calleeIds.map((userId) => ({ userId, role: 'callee', state: 'ringing' }) as const),
    ],
    ring: { timeoutMs: ringTimeoutMs, until: now + ringTimeoutMs },
    createdAt: now,
    touchedAt: now,
  };
}

/** The same call with its ring counted from when the engine recorded its start. */
export const rungFrom = (state: CallState, at: number): CallState => ({
  ...state,
  ring: { ...state.ring, until: at + state.ring.timeoutMs },
  touchedAt: Math.max(state.touchedAt, at),
});
