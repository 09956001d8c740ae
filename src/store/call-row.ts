import { isMissed, missedBy } from '../call/missed.js';
import { type CallState, callerOf, type Party } from '../call/state.js';
import type { calls } from './schema.js';

type CallRow = typeof calls.$inferInsert;

const calleesOf = (state: CallState): Party[] =>
  state.parties.filter((party) => party.role === 'callee');

export const calleeIdsOf = (state: CallState): string[] =>
  calleesOf(state).map((callee) => callee.userId);

/** The columns that follow the snapshot through the life of a call. */
export function changingColumns(state: CallState) {
  return {
    version: state.version,
    status: state.status,
    cause: state.cause ?? null,
    calleeIds: calleeIdsOf(state),
    ...(state.providerCallId !== undefined && { providerCallId: state.providerCallId }),
    acceptedAt: state.acceptedAt ?? null,
    startedAt: state.startedAt ?? null,
    endedAt: state.endedAt ?? null,
    missed: isMissed(state),
    missedBy: missedBy(state),
    snapshot: state,
  } satisfies Partial<CallRow>;
}

export function callRow(state: CallState, startBy: number): CallRow {
  const caller = callerOf(state);
  return {
    ...changingColumns(state),
    id: state.callId,
    channel: state.channel,
    callerId: caller.userId,
    callerTerminalId: caller.terminalId ?? null,
    conversationId: state.conversationId ?? null,
    callType: state.callType,
    bizType: state.bizType,
    createdAt: state.createdAt,
    startBy,
  };
}
