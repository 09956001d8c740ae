import { CHANNEL_POLICIES } from './channel-policy.js';
import { endCall, endIfNobodyIsLeft, finish, given, isBusyReason } from './ending.js';
import { type Command, REFUSAL } from './events.js';
import { type CallState, callerOf, isOver, type Party, partyOf } from './state.js';
import { change, refuse, type Step, stay, type Transition, withParty } from './step.js';

type Of<T extends Command['type']> = Extract<Command, { type: T }>;

export function applyCommand(state: CallState, command: Command, now: number): Transition {
  switch (command.type) {
    case 'accept':
      return accept(state, command, now);
    case 'reject':
      return reject(state, command, now);
    case 'cancel':
      return cancel(state, command, now);
    case 'hangup':
      return hangup(state, command, now);
    case 'rtc-token':
      return rtcToken(state, command, now);
    case 'end':
      return end(state, command, now);
  }
}

function accept(state: CallState, { userId, terminalId }: Of<'accept'>, now: number): Transition {
  const callee = partyOf(state, userId);
  if (callee?.role !== 'callee') return refuse(REFUSAL.notCallee);
  if (isOver(state)) return refuse(REFUSAL.over);
  if (callee.state === 'present' && callee.terminalId === terminalId) return stay(state);
  if (callee.state === 'present') return refuse(REFUSAL.answeredElsewhere);
  if (!mayAnswer(state, callee)) return refuse(REFUSAL.notAllowed);
  return answer(state, userId, terminalId, now);
}

const mayAnswer = (state: CallState, callee: Party): boolean =>
  CHANNEL_POLICIES[state.channel].answeredByCommand && callee.state === 'ringing';

/** A callee answers: the first answer makes the call `accepted`. */
export function answer(
  state: CallState,
  userId: string,
  terminalId: string | undefined,
  now: number,
): Step {
  const at = Math.max(state.touchedAt, now);
  const parties = withParty(state, userId, {
    state: 'present',
    acceptedAt: at,
    ...(terminalId !== undefined && { terminalId }),
  });
  const stopped = {
    type: 'call.ringing_stopped' as const,
    userId,
    why: 'answered_elsewhere' as const,
    ...(terminalId !== undefined && { terminalId }),
  };
  if (state.status === 'calling') {
    const accepted = { ...parties, status: 'accepted' as const, acceptedAt: at };
    return change(state, accepted, now, stopped, { type: 'call.accepted', userId });
  }
  return change(state, parties, now, stopped, { type: 'call.party_changed', userId });
}

function reject(state: CallState, command: Of<'reject'>, now: number): Transition {
  const { userId, terminalId, reason } = command;
  const callee = partyOf(state, userId);
  if (callee?.role !== 'callee') return refuse(REFUSAL.notCallee);
  if (isOver(state)) return stay(state);
  if (callee.state === 'present' && callee.terminalId !== terminalId) {
    return refuse(REFUSAL.answeredElsewhere);
  }
  if (callee.state === 'rejected') return stay(state);
  if (!mayAnswer(state, callee)) return refuse(REFUSAL.notAllowed);
  return decline(state, { userId, as: 'rejected', ...given(reason) }, now);
}

export interface Decline {
  readonly userId: string;
  readonly as: 'rejected' | 'busy' | 'unreachable' | 'no_answer';
  readonly reason?: string;
}

/** A ringing callee is out: the end of a one-to-one call, a change of party in a group. */
export function decline(state: CallState, { userId, as, reason }: Decline, now: number): Step {
  if (state.bizType === 'single') {
    const status = as === 'rejected' ? { status: 'rejected' as const } : {};
    const cause = as === 'rejected' && isBusyReason(reason) ? 'busy' : as;
    return endCall(state, { wish: 'hangup', by: userId, cause, ...status, ...given(reason) }, now);
  }
  const out = change(
    state,
    withParty(state, userId, { state: as, ...given(reason) }),
    now,
    { type: 'call.ringing_stopped', userId, why: 'rejected_elsewhere' },
    { type: 'call.party_changed', userId },
  );
  return endIfNobodyIsLeft(out, userId, reason, now);
}

function cancel(state: CallState, { userId, reason }: Of<'cancel'>, now: number): Transition {
  if (callerOf(state).userId !== userId) return refuse(REFUSAL.notCaller);
  if (isOver(state)) return stay(state);
  if (state.status === 'ongoing') return refuse(REFUSAL.notAllowed);
  const cause = state.status === 'calling' ? 'cancelled' : 'hangup';
  return endCall(state, { wish: 'cancel', by: userId, cause, ...given(reason) }, now);
}

function hangup(state: CallState, command: Of<'hangup'>, now: number): Transition {
  const { userId, reason } = command;
  const party = partyOf(state, userId);
  if (party === undefined) return refuse(REFUSAL.notParty);
  if (isOver(state)) return stay(state);
  if (party.state === 'ringing') return reject(state, { ...command, type: 'reject' }, now);
  if (party.state !== 'present') return stay(state);
  const policy = CHANNEL_POLICIES[state.channel];
  if (policy.hangup === 'caller' && party.role !== 'caller') return refuse(REFUSAL.notAllowed);
  if (state.status === 'calling' || state.bizType === 'single' || policy.hangup === 'caller') {
    const cause = state.status === 'calling' ? 'cancelled' : 'hangup';
    return endCall(state, { wish: 'hangup', by: userId, cause, ...given(reason) }, now);
  }
  return leave(state, userId, reason, now);
}

/** One party of a group goes; the call goes on while two speak or somebody still rings. */
export function leave(
  state: CallState,
  userId: string,
  reason: string | undefined,
  now: number,
): Step {
  const patch = { state: 'left' as const, leftAt: Math.max(state.touchedAt, now) };
  const left = change(state, withParty(state, userId, patch), now, {
    type: 'call.party_changed',
    userId,
  });
  return endIfNobodyIsLeft(left, userId, reason, now);
}

function rtcToken(state: CallState, command: Of<'rtc-token'>, now: number): Transition {
  const { userId, terminalId, takeover } = command;
  const party = partyOf(state, userId);
  if (party === undefined) return refuse(REFUSAL.notParty);
  if (isOver(state)) return refuse(REFUSAL.over);
  if (party.state !== 'present' || state.channel !== 'rtc') return refuse(REFUSAL.notAllowed);
  if (party.terminalId === terminalId) return stay(state);
  if (!takeover) return refuse(REFUSAL.answeredElsewhere);
  return change(state, withParty(state, userId, { terminalId }), now, {
    type: 'call.party_changed',
    userId,
    terminalId,
  });
}

function end(state: CallState, { by, cause, reason }: Of<'end'>, now: number): Transition {
  if (isOver(state)) return stay(state);
  const wanted = { wish: 'operator' as const, by, cause, ...given(reason) };
  return cause === 'unreachable' ? finish(state, wanted, now) : endCall(state, wanted, now);
}
