import { describe, expect, it } from 'vitest';
import { nextDeadline } from '../../src/call/deadlines.js';
import type { CallState } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import {
  aCall,
  accept,
  after,
  aGroup,
  CALLEE,
  GRACE_MS,
  inStatus,
  MAX_MS,
  media,
  RING_MS,
  T0,
  THIRD,
} from './fixtures.js';

const fire = (state: CallState, now?: number): CallState => {
  const deadline = nextDeadline(state);
  if (deadline === undefined) throw new Error('no deadline');
  return judge(state, deadline, now ?? deadline.at).state;
};

describe('a deadline whose timer has fired', () => {
  it('is not before its time, whatever the clock of the workflow says', () => {
    const ringing = aCall();
    const ringEnd = T0 + RING_MS;
    expect(fire(ringing, T0)).toMatchObject({ cause: 'no_answer', endedAt: ringEnd });
    expect(fire(ringing, ringEnd + 700)).toMatchObject({ endedAt: ringEnd + 700 });
  });
});

describe('the next deadline', () => {
  it('is the ring while somebody rings', () => {
    expect(nextDeadline(aCall())).toEqual({ type: 'deadline', kind: 'ring', at: T0 + RING_MS });
  });

  it('is the maximum duration, counted from acceptance, once answered', () => {
    const at = T0 + 1_000 + MAX_MS;
    expect(nextDeadline(inStatus.accepted())).toMatchObject({ kind: 'max_duration', at });
    expect(nextDeadline(inStatus.ongoing())).toMatchObject({ kind: 'max_duration', at });
  });

  it('is none once the call is over', () => {
    for (const status of ['rejected', 'cancelled', 'ended'] as const) {
      expect(nextDeadline(inStatus[status]())).toBeUndefined();
    }
  });

  it('is the connect deadline only where it was asked for', () => {
    const limits = { maxDurationMs: MAX_MS, allLeftGraceMs: GRACE_MS, connectMs: 20_000 };
    const accepted = after(aCall({ limits }), accept());
    expect(nextDeadline(accepted)).toMatchObject({ kind: 'connect', at: T0 + 21_000 });
    expect(fire(accepted)).toMatchObject({ status: 'ended', cause: 'media_timeout' });
    expect(nextDeadline(after(accepted, media('joined')))).toMatchObject({ kind: 'max_duration' });
  });
});

describe('a ring that runs out', () => {
  it('ends the call as unanswered', () => {
    expect(fire(aCall())).toMatchObject({
      status: 'ended',
      cause: 'no_answer',
      reason: 'no_answer_timeout',
      endedAt: T0 + RING_MS,
    });
  });

  it('cannot be outrun by a late accept, even before its timer fired', () => {
    const late = judge(aCall(), accept(), T0 + RING_MS);
    expect(late.refusal).toBe(41007);
    expect(late.state).toMatchObject({ status: 'ended', cause: 'no_answer' });
    expect(judge(aCall(), accept(), T0 + RING_MS - 1).refusal).toBeUndefined();
  });

  it('changes nothing when the timer of a call that was answered fires', () => {
    const accepted = inStatus.accepted();
    const stale = { type: 'deadline', kind: 'ring', at: T0 + RING_MS } as const;
    expect(judge(accepted, stale, T0 + RING_MS).state).toBe(accepted);
  });

  it('in an answered group takes out only who still rings', () => {
    const group = after(aGroup(CALLEE, THIRD), accept());
    const rung = fire(group);
    expect(rung.status).toBe('accepted');
    expect(rung.parties.map((party) => party.state)).toEqual(['present', 'present', 'no_answer']);
  });
});

describe('everybody left', () => {
  const bothLeft = () =>
    after(
      aCall(),
      accept(),
      media('joined'),
      media('joined', CALLEE),
      media('left'),
      media('left', CALLEE),
    );

  it('ends the call after the grace time', () => {
    const state = bothLeft();
    const at = T0 + 5_000 + GRACE_MS;
    expect(nextDeadline(state)).toMatchObject({ kind: 'all_left', at });
    expect(fire(state)).toMatchObject({ status: 'ended', cause: 'all_left' });
  });

  it('is undone by anybody who joins again', () => {
    const back = after(bothLeft(), media('joined'));
    expect(nextDeadline(back)).toMatchObject({ kind: 'max_duration' });
  });

  it('is not what one silent party means', () => {
    const one = after(aCall(), accept(), media('joined'), media('left'));
    expect(nextDeadline(one)).toMatchObject({ kind: 'max_duration' });
  });

  it('found more than five seconds late was our own deafness: it runs once more', () => {
    const state = bothLeft();
    const due = T0 + 5_000 + GRACE_MS;
    const rearmed = fire(state, due + 5_001);
    expect(rearmed.status).toBe('ongoing');
    expect(rearmed.version).toBe(state.version);
    expect(nextDeadline(rearmed)).toMatchObject({ at: due + 5_001 + GRACE_MS });
    expect(fire(rearmed, due + 100_000)).toMatchObject({ cause: 'all_left' });
    expect(fire(state, due + 5_000)).toMatchObject({ cause: 'all_left' });
  });
});

describe('the maximum duration', () => {
  it('ends a conversation', () => {
    expect(fire(inStatus.ongoing())).toMatchObject({ status: 'ended', cause: 'max_duration' });
  });

  it('is applied before any command that comes later', () => {
    const state = inStatus.ongoing();
    const now = T0 + 1_000 + MAX_MS;
    const judged = judge(state, { type: 'hangup', userId: CALLEE, terminalId: 'x' }, now);
    expect(judged.state).toMatchObject({ cause: 'max_duration' });
    expect(judged.refusal).toBeUndefined();
  });
});
