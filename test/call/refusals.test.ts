import { describe, expect, it } from 'vitest';
import type { Command as AnyCommand, CallEvent } from '../../src/call/events.js';
import type { CallState } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import {
  aCall,
  accept,
  after,
  aGroup,
  CALLEE,
  CALLEE_PHONE,
  CALLEE_TABLET,
  CALLER,
  CALLER_PHONE,
  inStatus,
  STRANGER,
  T0,
  THIRD,
} from './fixtures.js';

const NOW = T0 + 5_000;
const OTHER = 'another-terminal';

type Who = readonly [userId: string, terminalId: string];
const caller: Who = [CALLER, CALLER_PHONE];
const callerElsewhere: Who = [CALLER, OTHER];
const winner: Who = [CALLEE, CALLEE_PHONE];
const loser: Who = [CALLEE, CALLEE_TABLET];
const stranger: Who = [STRANGER, OTHER];

const { calling, accepted, ongoing, rejected, ended } = inStatus;
const robot = () => aCall({ channel: 'robot' });
const groupOneLeft = () =>
  after(aGroup(CALLEE, THIRD), accept(), accept(THIRD, OTHER), {
    type: 'hangup',
    userId: THIRD,
    terminalId: OTHER,
  });
const groupOneRejected = () =>
  after(aGroup(CALLEE, THIRD), { type: 'reject', userId: THIRD, terminalId: OTHER });

type Command =
  | 'accept'
  | 'reject'
  | 'cancel'
  | 'hangup'
  | 'media-state'
  | 'token'
  | 'takeover'
  | 'end';
type Case = readonly [Command, Who, string, () => CallState, 'changed' | 'unchanged' | number];

/** Command × role × terminal × status: the whole of the refusal rules. */
const CASES: readonly Case[] = [
  ['accept', stranger, 'calling', calling, 41004],
  ['accept', caller, 'calling', calling, 41004],
  ['accept', caller, 'ended', ended, 41004],
  ['accept', winner, 'calling', calling, 'changed'],
  ['accept', winner, 'accepted', accepted, 'unchanged'],
  ['accept', winner, 'ongoing', ongoing, 'unchanged'],
  ['accept', loser, 'accepted', accepted, 41006],
  ['accept', loser, 'ongoing', ongoing, 41006],
  ['accept', winner, 'ended', ended, 41007],
  ['accept', loser, 'rejected', rejected, 41007],
  ['accept', [THIRD, OTHER], 'a group it rejected', groupOneRejected, 41008],
  ['accept', winner, 'a robot call', robot, 41008],
  ['reject', stranger, 'calling', calling, 41004],
  ['reject', caller, 'calling', calling, 41004],
  ['reject', winner, 'calling', calling, 'changed'],
  ['reject', winner, 'rejected', rejected, 'unchanged'],
  ['reject', loser, 'ended', ended, 'unchanged'],
  ['reject', loser, 'accepted', accepted, 41006],
  ['reject', winner, 'accepted', accepted, 41008],
  ['reject', winner, 'ongoing', ongoing, 41008],
  ['reject', [THIRD, OTHER], 'a group it rejected', groupOneRejected, 'unchanged'],
  ['reject', winner, 'a robot call', robot, 41008],
  ['cancel', stranger, 'calling', calling, 41005],
  ['cancel', winner, 'calling', calling, 41005],
  ['cancel', winner, 'ended', ended, 41005],
  ['cancel', caller, 'calling', calling, 'changed'],
  ['cancel', callerElsewhere, 'calling', calling, 'changed'],
  ['cancel', caller, 'accepted', accepted, 'changed'],
  ['cancel', caller, 'ongoing', ongoing, 41008],
  ['cancel', caller, 'ended', ended, 'unchanged'],
  ['cancel', caller, 'a robot call', robot, 'changed'],
  ['hangup', stranger, 'ongoing', ongoing, 41010],
  ['hangup', stranger, 'ended', ended, 41010],
  ['hangup', caller, 'calling', calling, 'changed'],
  ['hangup', winner, 'calling', calling, 'changed'],
  ['hangup', loser, 'ongoing', ongoing, 'changed'],
  ['hangup', callerElsewhere, 'ongoing', ongoing, 'changed'],
  ['hangup', caller, 'ended', ended, 'unchanged'],
  ['hangup', [THIRD, OTHER], 'a group it left', groupOneLeft, 'unchanged'],
  ['hangup', winner, 'a ringing robot call', robot, 41008],
  ['hangup', caller, 'a robot call', robot, 'changed'],
  ['media-state', stranger, 'calling', calling, 41010],
  ['media-state', stranger, 'ended', ended, 41010],
  ['media-state', caller, 'calling', calling, 'changed'],
  ['media-state', winner, 'accepted', accepted, 'changed'],
  ['media-state', loser, 'accepted', accepted, 'unchanged'],
  ['media-state', caller, 'ended', ended, 'unchanged'],
  ['media-state', caller, 'a robot call', robot, 41008],
  ['token', stranger, 'ongoing', ongoing, 41010],
  ['token', caller, 'ongoing', ongoing, 'unchanged'],
  ['token', winner, 'ongoing', ongoing, 'unchanged'],
  ['token', winner, 'calling', calling, 41008],
  ['token', loser, 'ongoing', ongoing, 41006],
  ['token', caller, 'ended', ended, 41007],
  ['takeover', loser, 'ongoing', ongoing, 'changed'],
  ['takeover', callerElsewhere, 'calling', calling, 'changed'],
  ['takeover', winner, 'calling', calling, 41008],
  ['end', stranger, 'calling', calling, 'changed'],
  ['end', stranger, 'ongoing', ongoing, 'changed'],
  ['end', stranger, 'ended', ended, 'unchanged'],
];

function event(command: Command, [userId, terminalId]: Who): CallEvent {
  switch (command) {
    case 'accept':
    case 'reject':
    case 'cancel':
    case 'hangup':
      return { type: command, userId, terminalId };
    case 'media-state':
      return { type: command, userId, terminalId, stage: 'joined' };
    case 'token':
    case 'takeover':
      return { type: 'rtc-token', userId, terminalId, takeover: command === 'takeover' };
    case 'end':
      return { type: command, by: userId, cause: 'ops_ended' };
  }
}

const EVERY_COMMAND = {
  accept: true,
  reject: true,
  cancel: true,
  hangup: true,
  'rtc-token': true,
  end: true,
} satisfies Record<AnyCommand['type'], true>;

describe('a command', () => {
  it('has rows of its own, whichever it is', () => {
    const covered = new Set(CASES.map(([command, who]) => event(command, who).type));
    expect(Object.keys(EVERY_COMMAND).filter((type) => !covered.has(type as never))).toEqual([]);
  });

  it.each(CASES)('%s by %s in %s', (command, who, _status, state, answer) => {
    const before = state();
    const { state: now, refusal } = judge(before, event(command, who), NOW);
    expect(refusal ?? (now === before ? 'unchanged' : 'changed')).toBe(answer);
    if (answer !== 'changed') expect(now).toBe(before);
  });

  it('never finds a media report refused for the status of the call', () => {
    for (const state of Object.values(inStatus)) {
      for (const who of [caller, winner, loser]) {
        expect(judge(state(), event('media-state', who), NOW).refusal).toBeUndefined();
      }
    }
  });
});
