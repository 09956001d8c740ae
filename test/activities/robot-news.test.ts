import { describe, expect, it } from 'vitest';
import { newsOf } from '../../activities/robot-news.js';
import type { PartyState } from '../../src/call/state.js';
import type { RobotCallParty } from '../../src/ports/robot-calls.js';

const RING_UNTIL = 1_000_000;
const BEFORE = RING_UNTIL - 1;

const known = (states: Record<string, PartyState>) =>
  Object.entries(states).map(([userId, state]) => ({ userId, state }));
const listed = (states: Record<string, RobotCallParty['state']>): RobotCallParty[] => [
  { userId: 'robot', state: 'present' },
  ...Object.entries(states).map(([userId, state]) => ({ userId, state })),
];
const news = (
  isGroup: boolean,
  before: Record<string, PartyState>,
  now: Record<string, RobotCallParty['state']>,
  at = BEFORE,
) => {
  const call = { robot: 'robot', known: known(before), isGroup, ringUntil: RING_UNTIL };
  const { news: sure, guesses } = newsOf(call, listed(now), at);
  return [...sure, ...guesses].map((report) =>
    report.type === 'party' ? `${report.userId} ${report.fact}` : report.type,
  );
};

describe('what a list of the provider says', () => {
  it.each([
    ['of a call that rings on', false, { jack: 'ringing' }, { jack: 'ringing' }, []],
    ['of an answer', false, { jack: 'ringing' }, { jack: 'present' }, ['jack answered']],
    ['of a conversation', false, { jack: 'present' }, { jack: 'present' }, []],
    ['of who went', false, { jack: 'present' }, {}, ['jack left']],
    ['of who rang and is out: the record will say why', false, { jack: 'ringing' }, {}, []],
    [
      'of who rings although they had answered',
      false,
      { jack: 'present' },
      { jack: 'ringing' },
      [],
    ],
    [
      'of a stranger in a call of two',
      false,
      { jack: 'ringing' },
      { jack: 'ringing', x: 'present' },
      [],
    ],
    [
      'of a group whose callee is out early',
      true,
      { a: 'ringing', b: 'ringing' },
      { b: 'ringing' },
      ['a rejected'],
    ],
    ['of who was out before', true, { a: 'rejected', b: 'ringing' }, { b: 'ringing' }, []],
    [
      'of several at once',
      true,
      { a: 'ringing', b: 'present', c: 'ringing' },
      { a: 'present' },
      ['a answered', 'b left', 'c rejected'],
    ],
    [
      'of who was invited',
      true,
      { a: 'present' },
      { a: 'present', d: 'ringing', e: 'present' },
      ['d ringing', 'e answered'],
    ],
  ] as const)('is nothing but news: %s', (_what, isGroup, before, now, expected) => {
    expect(news(isGroup, before, now)).toEqual(expected);
  });

  it('of a group whose callee is out when the ring is over is that nobody answered', () => {
    const before = { a: 'ringing', b: 'present' } as const;
    expect(news(true, before, { b: 'present' }, RING_UNTIL)).toEqual(['a no_answer']);
    expect(news(true, before, { b: 'present' }, RING_UNTIL - 1)).toEqual(['a rejected']);
  });

  it.each([
    ['rejected', 'a rejected'],
    ['busy', 'a busy'],
    ['unreachable', 'a unreachable'],
    ['no_answer', 'a no_answer'],
    ['left', 'a left'],
  ] as const)('of a group whose callee is out is what was said unasked: %s', (word, expected) => {
    const told = newsOf(
      {
        robot: 'robot',
        known: [{ userId: 'a', state: 'ringing', word }],
        isGroup: true,
        ringUntil: RING_UNTIL,
      },
      listed({ b: 'present' }),
      BEFORE,
    );
    expect(told).toEqual({
      guesses: [],
      news: [
        { type: 'party', userId: 'a', fact: expected.slice(2) },
        { type: 'party', userId: 'b', fact: 'answered' },
      ],
    });
  });

  it('of a group is not that somebody answered because that was said: they still ring', () => {
    const word = 'answered' as const;
    const before = [{ userId: 'a', state: 'ringing' as const, word }];
    const call = { robot: 'robot', known: before, isGroup: true, ringUntil: RING_UNTIL };
    expect(newsOf(call, listed({ a: 'ringing' }), BEFORE).news).toEqual([]);
    expect(newsOf(call, listed({}), BEFORE)).toEqual({
      news: [],
      guesses: [{ type: 'party', userId: 'a', fact: 'rejected' }],
    });
  });

  it('is the same whether the robot is listed or not', () => {
    const unlisted = newsOf(
      { robot: 'robot', known: known({ a: 'ringing' }), isGroup: true, ringUntil: RING_UNTIL },
      [{ userId: 'a', state: 'ringing' }],
      BEFORE,
    );
    expect(unlisted.news).toEqual([]);
    expect(news(true, { a: 'ringing' }, { a: 'ringing' })).toEqual([]);
  });
});
