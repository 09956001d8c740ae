const PREFIX = 'call-';

export const callWorkflowId = (callId: number): string => `${PREFIX}${callId}`;

/** One for each call, or for each stray leg of it, so that any number of processes may start it. */
export const releaseWorkflowId = (callId: number, leg?: string): string =>
  leg === undefined ? `release-${callId}` : `release-${callId}-${leg}`;

/** One for the callbacks of one call, by its provider's id of it. */
export const callbacksWorkflowId = (about: string): string => `callbacks-${about}`;

/** One for what a call has to tell an endpoint. */
export const webhookWorkflowId = (callId: number, endpointId: string): string =>
  `webhook-${callId}-${endpointId}`;

/** The inverse of `callWorkflowId`; `undefined` for a workflow that is no call. */
export function callIdOfWorkflow(workflowId: string): number | undefined {
  const callId = Number(workflowId.slice(PREFIX.length));
  return callWorkflowId(callId) === workflowId && Number.isSafeInteger(callId) ? callId : undefined;
}

export const channelName = (callId: number, conversationId: string): string =>
  `call_${callId}_${conversationId}`;

/** The inverse of `channelName`, as far as it goes; `undefined` for rooms of others. */
export function callIdOfChannel(name: string): number | undefined {
  const callId = Number(/^call_([1-9]\d{0,15})_/.exec(name)?.[1]);
  return Number.isSafeInteger(callId) ? callId : undefined;
}

/** An outward event is named by what it tells, so that writing it twice writes it once. */
export const eventId = (callId: number, version: number, nth: number): string =>
  `${callId}-${version}-${nth}`;
