import { describe, expect, it } from 'vitest';
import {
  reportOfPlacing,
  reportOfRecord,
  reportsOfFound,
  wordsOf,
} from '../../activities/robot-reports.js';
import { parseProviderReport } from '../../src/contract/provider-report.js';
import type { PlaceOutcome, ProviderEvidence } from '../../src/ports/robot-calls.js';
import { aRecord } from '../support/provider-in-memory.js';

const refused = (reason: 'request' | 'unavailable', evidence: ProviderEvidence): PlaceOutcome => ({
  kind: 'refused',
  reason,
  evidence,
});

describe('the report of a placing', () => {
  it('that was accepted has the id and each callee’s code', () => {
    const callees = [
      { userId: 'ann', resultCode: 0 },
      { userId: 'bob', resultCode: 7 },
    ];
    const outcome = { kind: 'accepted', providerCallId: 'p-1', callees, evidence: {} } as const;
    expect(reportOfPlacing(outcome)).toEqual({
      type: 'placed',
      providerCallId: 'p-1',
      results: [
        { userId: 'ann', code: 0 },
        { userId: 'bob', code: 7 },
      ],
    });
  });

  it.each([
    ['request', { code: 101002, info: 'Timeout' }, 101002, 'Timeout'],
    ['request', { code: 60010 }, 60010, 'request'],
    ['unavailable', { fault: 'not-sent' }, 60014, 'not-sent'],
    ['unavailable', {}, 60014, 'unavailable'],
  ] as const)(
    'that was refused (%s, %o) has code %i and words: %s',
    (reason, evidence, code, info) => {
      expect(reportOfPlacing(refused(reason, evidence))).toEqual({ type: 'refused', code, info });
    },
  );

  it.each([
    [{ fault: 'timeout' }, 'fault=timeout'],
    [
      { code: 101001, info: 'internal', requestId: 'Id-1' },
      'code=101001 info=internal requestId=Id-1',
    ],
    [{ fault: 'http-status', httpStatus: 502 }, 'fault=http-status httpStatus=502'],
    [{}, 'no answer'],
  ] as const)('that is unknown keeps what was heard: %o', (evidence, words) => {
    expect(reportOfPlacing({ kind: 'unknown', throttled: false, evidence })).toEqual({
      type: 'placing-unknown',
      evidence: words,
    });
    expect(wordsOf(evidence)).toBe(words);
  });
});

describe('the report of a record', () => {
  const times = { startedAt: 1_000, endedAt: 9_000 };

  it('is the end, with the answer where there was one', () => {
    const over = { type: 'over', cause: 'hangup', at: 9_000 };
    const evidence = 'NormalEnd, started 1000, ended 9000';
    expect(reportOfRecord(aRecord(times))).toEqual({ ...over, evidence });
    const answered = aRecord({ ...times, acceptedAt: 4_000 });
    expect(reportOfRecord(answered)).toEqual({ ...over, acceptedAt: 4_000, evidence });
  });

  it('that was searched for names the call first', () => {
    const record = aRecord(times);
    expect(reportsOfFound(record)).toEqual([
      { type: 'placed', providerCallId: record.providerCallId },
      reportOfRecord(record),
    ]);
  });
});

it('are reports that could come by signal as well', () => {
  const reports = [
    reportOfPlacing(refused('unavailable', {})),
    reportOfPlacing({ kind: 'unknown', throttled: true, evidence: {} }),
    ...reportsOfFound(aRecord({ acceptedAt: 5 })),
  ];
  for (const report of reports) expect(parseProviderReport(report)).toEqual({ value: report });
});
