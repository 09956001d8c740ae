import { describe, expect, it } from 'vitest';
import { nextDeadline } from '../../src/call/deadlines.js';
import type { CallEvent, ProviderReport } from '../../src/call/events.js';
import type { PhoneStage } from '../../src/call/phone-stages.js';
import type { CallState } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import { aCall, after, CALLEE, CALLER, cancel, hangup, MAX_MS, RING_MS, T0 } from './fixtures.js';

const isPlaced: CallEvent = { type: 'placed', providerCallId: 'p-1' };
const stage = (of: PhoneStage): CallEvent => ({ type: 'stage', stage: of });
const over = (more: Partial<Extract<ProviderReport, { type: 'over' }>> = {}): CallEvent => ({
  type: 'over',
  cause: 'provider_failed',
  ...more,
});
const phone = () => after(aCall({ channel: 'phone', token: 'a-token' }), isPlaced);
const RING_UNTIL = T0 + RING_MS + 10_000;

/** The deadline that comes next, and what the provider says when it is asked about it. */
function askedAt(state: CallState, answer: CallEvent): CallState {
  const due = nextDeadline(state);
  if (due === undefined) throw new Error('no deadline');
  const asked = judge(state, due, due.at);
  expect(asked.effects).toEqual([{ type: 'ask-provider', about: due.kind }]);
  return judge(asked.state, answer, due.at + 1_000).state;
}

function expired(state: CallState): CallState {
  const due = nextDeadline(state);
  if (due === undefined) throw new Error('no deadline');
  return judge(state, due, due.at).state;
}

describe('a two-way callback', () => {
  it('comes along by rank, in whatever order its stages are heard', () => {
    const heard = after(phone(), stage('callee_ringing'), stage('caller_ringing'));
    expect(heard.stage).toBe('callee_ringing');
    expect(after(heard, stage('requested'))).toBe(heard);
    const bridged = after(heard, stage('bridged'));
    expect(bridged).toMatchObject({ status: 'ongoing', stage: 'callee_ringing' });
    expect(after(bridged, stage('caller_answered'))).toBe(bridged);
  });

  it('ends for the first reason that is heard; a record only adds to it', () => {
    const first = after(phone(), { type: 'bridged' }, over({ cause: 'hangup', by: 'callee' }));
    expect(first).toMatchObject({ status: 'ended', cause: 'hangup', endedBy: CALLEE });
    const legs = { callerLeg: { rangAt: T0 }, calleeLeg: { answeredAt: T0 + 1_000 } };
    const later = after(first, over({ cause: 'no_answer' }), {
      type: 'enriched',
      endWord: '4',
      billedMs: 9_000,
      ...legs,
    });
    expect(later).toMatchObject({
      cause: 'hangup',
      version: first.version + 1,
      enrichment: { endWord: '4', billedMs: 9_000, ...legs },
    });
  });

  it('hears nothing new in a record that it has, in whatever order that was kept', () => {
    const ended = after(phone(), over({ cause: 'hangup', acceptedAt: T0 + 1_000 }));
    const record = {
      type: 'enriched',
      billedMs: 9_000,
      calleeLeg: { rangAt: T0, answeredAt: T0 + 1_000 },
    } as const;
    const known = after(ended, record);
    const kept: CallState = {
      ...known,
      enrichment: { calleeLeg: { answeredAt: T0 + 1_000, rangAt: T0 }, billedMs: 9_000 },
    };
    expect(after(kept, record)).toBe(kept);
    expect(after(kept, { ...record, billedMs: 8_000 }).version).toBe(kept.version + 1);
  });

  it('that ends before anybody heard of its answer was a conversation all the same', () => {
    const said = over({ cause: 'hangup', by: 'caller', acceptedAt: T0 + 1_500 });
    const ended = judge(phone(), said, T0 + 5_000).state;
    expect(ended).toMatchObject({
      status: 'ended',
      cause: 'hangup',
      endedBy: CALLER,
      acceptedAt: T0 + 1_500,
      startedAt: T0 + 1_500,
    });
  });

  it('that its provider will not place says why', () => {
    const refused: CallEvent = { type: 'refused', code: 111_109, info: 'no', reason: 'account' };
    const state = after(aCall({ channel: 'phone' }), refused);
    expect(state.placing).toEqual({
      kind: 'refused',
      code: 111_109,
      info: 'no',
      reason: 'account',
    });
    expect(state).toMatchObject({ status: 'ended', cause: 'provider_failed' });
  });

  it('is cancelled by its caller until it is bridged, and hung up by either afterwards', () => {
    expect(judge(phone(), cancel(CALLEE), T0 + 2_000).refusal).toBe(41005);
    const talking = after(phone(), { type: 'bridged' });
    expect(judge(talking, cancel(), T0 + 3_000).refusal).toBe(41008);
    expect(after(talking, hangup(CALLEE)).ending).toMatchObject({ wish: 'hangup', by: CALLEE });
    expect(judge(phone(), hangup(CALLEE), T0 + 2_000).refusal).toBe(41008);
  });
});

describe('a ring that runs out', () => {
  const wished = () => expired(askedAt(phone(), { type: 'as-known', evidence: 'state 3' }));

  it('asks the provider, and then wishes to end what is not answered', () => {
    expect(nextDeadline(phone())?.at).toBe(RING_UNTIL);
    expect(wished().ending).toMatchObject({ wish: 'deadline', cause: 'no_answer' });
    expect(after(wished(), over())).toMatchObject({ status: 'ended', cause: 'no_answer' });
  });

  it('ends no conversation that was missed: that has until the longest one is over', () => {
    const spared = after(wished(), { type: 'guard-refused' });
    expect(spared).toMatchObject({ status: 'calling', rungOut: true });
    expect(spared.ending).toBeUndefined();
    const longest = MAX_MS + 30_000;
    expect(nextDeadline(spared)).toEqual({
      type: 'deadline',
      kind: 'backstop',
      at: RING_UNTIL + longest,
    });
    const lost = expired(askedAt(spared, { type: 'as-known' }));
    expect(lost.ending).toMatchObject({ wish: 'deadline', cause: 'provider_lost' });
    // By now nobody can be speaking: no guard holds any more.
    expect(judge(lost, { type: 'guard-refused' }, RING_UNTIL + longest + 9_000).state).toBe(lost);
  });

  it('goes on as a conversation once that shows', () => {
    const spared = after(wished(), { type: 'guard-refused' });
    const talking = judge(spared, { type: 'bridged' }, RING_UNTIL + 5_000).state;
    expect(talking.status).toBe('ongoing');
    const longest = (talking.acceptedAt ?? 0) + MAX_MS + 30_000;
    expect(nextDeadline(talking)).toMatchObject({ kind: 'max_duration', at: longest });
  });
});
