/** Names that Temporal persists: renaming one is a migration. */
export const CALL_WORKFLOW_TYPE = 'call';
export const RELEASE_WORKFLOW_TYPE = 'release';
export const CALLBACKS_WORKFLOW_TYPE = 'callbacks';
export const WEBHOOK_WORKFLOW_TYPE = 'webhookDelivery';
export const CALL_TASK_QUEUE = 'calls';
/** Of the activities that wait for endpoints. */
export const WEBHOOK_TASK_QUEUE = 'webhooks';
export const WAKE_SIGNAL = 'wake';

/** Each is both an update and a signal, with one and the same payload. */
export const COMMAND_NAMES = [
  'accept',
  'reject',
  'cancel',
  'hangup',
  'media-state',
  'rtc-token',
  'end',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

export const PROVIDER_REPORT_SIGNAL = 'provider-report';
export const CALLBACK_SIGNAL = 'callback';
/** An update that answers what came of placing a call, as soon as that is known or a bound passed. */
export const PLACED_UPDATE = 'placed';
/** An update that is refused with the call as it is, and leaves no trace. */
export const READ_UPDATE = 'read';
export const STATE_QUERY = 'state';
export const TIMELINE_QUERY = 'timeline';

/** The failure type of an update that would change nothing; its first detail is the call. */
export const NO_CHANGE = 'NO_CHANGE';

export const SEARCH_ATTRIBUTES = {
  CallStatus: 'KEYWORD',
  CallChannel: 'KEYWORD',
  CallEndCause: 'KEYWORD',
  CallerId: 'KEYWORD',
  CalleeIds: 'KEYWORD_LIST',
  ProviderCallId: 'KEYWORD',
} as const;
