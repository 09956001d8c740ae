import { describe, expect, it } from 'vitest';
import { type CallEvent } from '../../src/call/events.js';
import { judge } from '../../src/call/transition.js';
import { refusalIn } from '../../src/service/refusal-in.js';
import { aStart, byCallee, byCaller, byTablet, CALLEE, CALLEE_PHONE } from '../support/calls.js';

const { state: ringing } = aStart();
const { createdAt } = ringing;
const after = (...events: CallEvent[]) =>
  events.reduce((state, event) => judge(state, event, createdAt + 1_000).state, ringing);
const accept = { type: 'accept', userId: CALLEE, terminalId: CALLEE_PHONE } as const;
const accepted = after(accept);
const ended = after(accept, { ...accept, type: 'hangup' });

describe('what a state refuses', () => {
  it.each([
    ['an accept after another terminal won', accepted, 'accept', byTablet, 41006],
    ['an accept after the end', ended, 'accept', byCallee, 41007],
    ['an accept by the caller', ringing, 'accept', byCaller, 41004],
    ['a cancel by the callee', ringing, 'cancel', byCallee, 41005],
    ['a token before the accept', ringing, 'rtc-token', byCallee, 41008],
    ['a hangup by a stranger', ringing, 'hangup', { ...byCaller, user_id: '3' }, 41010],
  ] as const)('is told for %s', (_, state, name, payload, code) => {
    expect(refusalIn(state, name, payload)).toBe(code);
  });

  it.each([
    ['an accept that may win', ringing, 'accept', byCallee],
    ['the winner again', accepted, 'accept', byCallee],
    ['a hangup after the end, which succeeds', ended, 'hangup', byCaller],
    ['what is no command at all', ringing, 'accept', { ...byCallee, terminal_id: '' }],
  ] as const)('is not told for %s', (_, state, name, payload) => {
    expect(refusalIn(state, name, payload)).toBeUndefined();
  });

  it('knows no clock: a ring that should be over by now is over when the call says so', () => {
    const past = { ...ringing, ring: { ...ringing.ring, until: createdAt - 60_000 } };
    expect(judge(past, accept, Date.now()).refusal).toBe(41007);
    expect(refusalIn(past, 'accept', byCallee)).toBeUndefined();
  });
});
