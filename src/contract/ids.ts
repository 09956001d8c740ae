const PREFIX = 'call-';

export const callWorkflowId = (callId: number): string => `${PREFIX}${callId}`;

export function callIdOfWorkflow(workflowId: string): number | undefined {
  const digits = workflowId.startsWith(PREFIX) ? workflowId.slice(PREFIX.length) : '';
  const callId = /^[1-9]\d*$/.test(digits) ? Number(digits) : Number.NaN;
  return Number.isSafeInteger(callId) ? callId : undefined;
}

export const channelName = (callId: number, conversationId: string): string =>
  `call_${callId}_${conversationId}`;

/** An outward event is named by what it tells, so that writing it twice writes it once. */
export const eventId = (callId: number, version: number, nth: number): string =>
  `${callId}-${version}-${nth}`;
