import { describe, expect, it } from 'vitest';
import { CODE_VERDICTS, verdictOf } from '../../../src/providers/tencent/codes.js';
import { line, PLACING } from './fixtures.js';

/** Each documented code, by what a start that is answered with it has come to. */
const STARTS: Readonly<Record<string, readonly number[]>> = {
  accepted: [0],
  'refused: request': [60002, 60003, 60009, 60012, 60015, 60025, 100002, 101002],
  'refused: configuration': [
    60006, 60010, 60016, 60017, 60020, 60021, 60026, 60027, 70001, 70003, 70009, 70013, 70014,
    70016, 70020, 70050,
  ],
  'refused: account': [70051, 70107, 70398],
  'refused: throttled': [60007, 60011, 60018, 60019, 60028],
  unknown: [
    60004, 60005, 60008, 60013, 60014, 70169, 70500, 100001, 100301, 101001, 101004, 101050,
  ],
};
const ALL = Object.entries(STARTS).flatMap(([outcome, codes]) =>
  codes.map((code) => [code, outcome] as const),
);
const FAILURES = ALL.filter(([code]) => code !== 0);
const UNDOCUMENTED = [1, 60001, 79999, 101005, -1];

describe('the table of codes', () => {
  it('has each documented code once, and no other', () => {
    const expected = ALL.map(([code]) => code);
    expect(expected).toHaveLength(45);
    expect(new Set(CODE_VERDICTS.keys())).toEqual(new Set(expected));
  });

  it.each(UNDOCUMENTED)('takes the undocumented %i for an unknown outcome', (code) => {
    expect(verdictOf(code)).toEqual({ kind: 'outcome-unknown' });
  });
});

describe('a start', () => {
  it.each(FAILURES)('answered %i is %s, and is not sent again', async (code, outcome) => {
    const { simulator, robotCalls } = await line();
    simulator.control.fault({ on: 'start_call_by_robot', kind: 'code', code, times: 2 });
    const placed = await robotCalls.place(PLACING);
    const said = placed.kind === 'refused' ? `refused: ${placed.reason}` : placed.kind;
    expect(said).toBe(outcome);
    expect(placed.evidence).toMatchObject({ code, requestId: expect.stringMatching(/^Id-/) });
    // An expired signature is turned away before anything else: that one is sent once more.
    const sent = simulator.control.ledger().requests.start_call_by_robot;
    expect(sent).toBe(code === 70001 ? 2 : 1);
  });

  it('answered 70001 once is signed anew, and rings once', async () => {
    const { simulator, robotCalls } = await line();
    simulator.control.fault({ on: 'start_call_by_robot', kind: 'code', code: 70001 });
    expect(await robotCalls.place(PLACING)).toMatchObject({ kind: 'accepted' });
    expect(simulator.control.ledger().calls).toHaveLength(1);
    expect(simulator.control.faults()).toMatchObject([{ fired: 1 }]);
  });
});

describe('other requests', () => {
  const throttles = new Set([60007, 60011, 60018, 60019, 60028]);

  it.each(FAILURES)('answered %i say what may be done about it', async (code) => {
    const { simulator, robotCalls } = await line();
    for (const on of ['get_call_info', 'end_call', 'get_record_by_callid']) {
      simulator.control.fault({ on, kind: 'code', code, times: 2 });
    }
    const throttled = throttles.has(code);
    const unknown = { kind: 'unknown', throttled, evidence: { code } };
    const refused = STARTS.unknown?.includes(code) || (throttled && code !== 60028);
    const gone = code === 101004 || code === 100301;
    const asked = gone ? { kind: 'gone', evidence: { code } } : unknown;
    expect(await robotCalls.lookUp('x')).toMatchObject(asked);
    expect(await robotCalls.end('x')).toMatchObject(
      gone ? { kind: 'gone' } : refused ? unknown : { kind: 'refused', evidence: { code } },
    );
    expect(await robotCalls.record('x')).toMatchObject(
      code === 101050 ? { kind: 'not-yet' } : unknown,
    );
  });
});
