import type { ProviderReport } from '../src/call/events.js';
import type { RobotCallRecord } from '../src/ports/robot-calls.js';

export const NO_RECORD: ProviderReport = {
  type: 'over',
  cause: 'provider_lost',
  evidence: 'no record within its time',
};

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
