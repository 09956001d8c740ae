export const callWorkflowId = (callId: number): string => `call-${callId}`;

export const channelName = (callId: number, conversationId: string): string =>
  `call_${callId}_${conversationId}`;

/** An outward event is named by what it tells, so that writing it twice writes it once. */
export const eventId = (callId: number, version: number, nth: number): string =>
  `${callId}-${version}-${nth}`;
