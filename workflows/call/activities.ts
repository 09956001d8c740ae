import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { CallState } from '../../src/call/state.js';
import type { OutwardEvent } from '../../src/call/step.js';

export interface CallRecord {
  readonly state: CallState;
  readonly events: readonly OutwardEvent[];
}

/** What a call asks of the outside world. */
export interface CallActivities {
  /** Writes the record and its events; writing them again changes nothing. */
  recordCall(record: CallRecord): Promise<void>;
}

/**
 * Writing is idempotent and must not be given up: the workflow stays open until its end is
 * recorded, so there is no attempt limit.
 */
export const { recordCall } = proxyActivities<CallActivities>({
  summary: 'write the record',
  startToCloseTimeout: '5s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5s' },
});

/**
 * The first announcement rides in the first task, because it depends on the input alone. One short
 * attempt: whatever it cannot write is written by `recordCall` above.
 */
export const { recordCall: announceCall } = proxyLocalActivities<CallActivities>({
  summary: 'announce the call',
  startToCloseTimeout: '400ms',
  scheduleToCloseTimeout: '500ms',
  retry: { maximumAttempts: 1 },
});
