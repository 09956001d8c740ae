import type { CommandOutcome } from '../../src/ports/call-engine.js';
import type { CallOptions } from './calls.js';
import { aPlan } from './robot-backend.js';

/** Fast enough for tests. */
export const QUICK_PACE = { ringing: 50, talking: 50, waiting: 50, slowest: 200, word: 100 };

export const aRobotCall = (more: CallOptions = {}): CallOptions => {
  const callees = more.calleeIds ?? ['jack'];
  return {
    channel: 'robot',
    bizType: callees.length === 1 ? 'single' : 'group',
    caller: { userId: 'robot' },
    calleeIds: callees,
    claimWithinMs: 60_000,
    room: { appId: '1400000000', name: 'room-1', kind: 'text', isOurs: true },
    robot: aPlan({ callees }),
    ...more,
  };
};
export const byRobot = { user_id: 'robot', terminal_id: 'backend' };

export const stateOf = <S>(outcome: Answered<S>): S => {
  if (outcome.kind !== 'done') throw new Error(outcome.kind);
  return outcome.state;
};
type Answered<S> =
  | { readonly kind: 'done'; readonly state: S }
  | { readonly kind: Exclude<CommandOutcome['kind'], 'done'> };
