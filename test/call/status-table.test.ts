import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/events.js';
import { CALL_STATUSES, isOver } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import { inStatus, T0 } from './fixtures.js';
import { type Answer, STATUS_TABLE } from './status-table.js';

const NOW = T0 + 5_000;

const EVERY_EVENT = {
  accept: true,
  reject: true,
  cancel: true,
  hangup: true,
  'rtc-token': true,
  end: true,
  'media-state': true,
  placed: true,
  refused: true,
  'placing-unknown': true,
  'as-known': true,
  hint: true,
  found: true,
  stream: true,
  room: true,
  forgotten: true,
  claimed: true,
  'put-off': true,
  party: true,
  stage: true,
  bridged: true,
  'guard-refused': true,
  over: true,
  enriched: true,
  deadline: true,
} satisfies Record<CallEvent['type'], true>;

describe('the status table', () => {
  it('has a row for every kind of event', () => {
    const covered = new Set(STATUS_TABLE.map(({ event }) => event.type));
    expect([...covered].sort()).toEqual(Object.keys(EVERY_EVENT).sort());
  });

  const cases = STATUS_TABLE.flatMap(({ name, event, answers }) =>
    CALL_STATUSES.map((status) => ({ name, event, status, answer: answers[status] })),
  );

  it.each(cases)('answers $name in $status with $answer', ({ event, status, answer }) => {
    const before = inStatus[status]();
    const { state, refusal } = judge(before, event, NOW);
    const got: Answer = refusal ?? (state.status === before.status ? 'same' : state.status);
    expect(got).toBe(answer);
    if (refusal !== undefined) expect(state).toBe(before);
  });

  it.each(cases.filter(({ status }) => isOver(inStatus[status]())))(
    'changes nothing of the end when $name comes in $status',
    ({ event, status }) => {
      const before = inStatus[status]();
      const { state } = judge(before, event, NOW);
      const { enrichment: _a, version: _b, touchedAt: _c, ...frozen } = state;
      const { enrichment: _d, version: _e, touchedAt: _f, ...expected } = before;
      expect(frozen).toEqual(expected);
    },
  );
});

describe('the diagram above the transition', () => {
  const edgesIn = (file: string): string[] => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    return [...text.matchAll(/^(?: \*| {3}) +(\w+) --> (\w+) : (.+)$/gm)].flatMap(
      ([, from, to, events]) => (events ?? '').split(', ').map((event) => `${from} ${to} ${event}`),
    );
  };
  const changes = edgesIn('src/call/transition.ts');

  it('is the diagram of README', () => {
    expect(edgesIn('README.md')).toEqual(changes);
  });

  it('has exactly the changes of status the table has', () => {
    const tabled = STATUS_TABLE.flatMap(({ name, answers }) =>
      CALL_STATUSES.flatMap((status) => {
        const answer = answers[status];
        return typeof answer === 'string' && answer !== 'same' && answer !== status
          ? [`${status} ${answer} ${name}`]
          : [];
      }),
    );
    const needsMoreThanAStatus = [
      'accepted ended connect deadline',
      'accepted ended all_left deadline',
      'ongoing ended all_left deadline',
    ];
    expect(changes.filter((edge) => !needsMoreThanAStatus.includes(edge)).sort()).toEqual(
      tabled.sort(),
    );
    expect(changes).toEqual(expect.arrayContaining(needsMoreThanAStatus));
  });
});
