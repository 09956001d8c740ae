import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';

/**
 * Rings phones: one attempt, whatever comes of it. One that no worker took up in time was not sent;
 * any other failure leaves open whether it was.
 */
export const PLACING = {
  summary: 'ask the provider to place the call',
  scheduleToStartTimeout: '5s',
  startToCloseTimeout: '8s',
  retry: { maximumAttempts: 1 },
} as const satisfies ActivityOptions;

/** They only ask, so they are asked for as long as the call needs; their bounds come as inputs. */
export const ASKING = {
  startToCloseTimeout: '24h',
  heartbeatTimeout: '15s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5s' },
} as const satisfies ActivityOptions;

/** Ending a call that is over changes nothing, and one that is not ended keeps a phone ringing. */
export const ENDING = {
  summary: 'end the call at the provider',
  startToCloseTimeout: '8s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
} as const satisfies ActivityOptions;

/** As ENDING, and then its record is awaited: whoever shows no life does neither. */
export const CLOSING = {
  summary: 'end the call at the provider, and read how it ended',
  startToCloseTimeout: '2m',
  heartbeatTimeout: '8s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: ENDING.retry,
} as const satisfies ActivityOptions;
