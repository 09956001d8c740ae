import type { ProviderReport } from '../src/call/events.js';
import { placingOf } from '../src/call/placing.js';
import { NOT_SENT_CODE } from '../src/contract/robot-plan.js';
import type { PlacedState } from '../src/ports/placed-here.js';
import type { PlaceOutcome, ProviderEvidence, RobotCallRecord } from '../src/ports/robot-calls.js';

export const notSent = (why: string): ProviderReport => ({
  type: 'refused',
  code: NOT_SENT_CODE,
  info: `not sent: ${why}`,
});

export function reportOfPlacing(outcome: PlaceOutcome): ProviderReport {
  const { evidence } = outcome;
  switch (outcome.kind) {
    case 'accepted': {
      const results = outcome.callees.map(({ userId, resultCode: code }) => ({ userId, code }));
      return { type: 'placed', providerCallId: outcome.providerCallId, results };
    }
    case 'refused': {
      const info = evidence.info ?? evidence.fault ?? outcome.reason;
      return { type: 'refused', code: evidence.code ?? NOT_SENT_CODE, info };
    }
    case 'unknown':
      return { type: 'placing-unknown', evidence: wordsOf(evidence) };
  }
}

/** What came of placing, unless the answer leaves it open. */
export function answeredPlacing(report: ProviderReport): PlacedState | undefined {
  if (report.type === 'refused') return { placing: placingOf(report) };
  if (report.type !== 'placed') return undefined;
  return { placing: placingOf(report), providerCallId: report.providerCallId };
}

export const reportsOfFound = (record: RobotCallRecord): ProviderReport[] => [
  { type: 'placed', providerCallId: record.providerCallId },
  reportOfRecord(record),
];

export const reportOfRecord = (record: RobotCallRecord): ProviderReport => ({
  type: 'over',
  cause: record.cause,
  at: record.endedAt,
  ...(record.acceptedAt !== undefined && { acceptedAt: record.acceptedAt }),
  evidence: `${record.result}, started ${record.startedAt}, ended ${record.endedAt}`,
});

export const wordsOf = (evidence: ProviderEvidence): string =>
  Object.entries(evidence)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ') || 'no answer';
