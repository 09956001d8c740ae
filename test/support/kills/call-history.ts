import type { Client, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter, type Payload, WorkflowNotFoundError } from '@temporalio/common';
import type { CallState } from '../../../src/call/state.js';
import type { OutwardEvent } from '../../../src/call/step.js';
import { callWorkflowId } from '../../../src/contract/ids.js';

/** What the history of a call's workflow says. */
export interface CallHistory {
  readonly status: string;
  /** When its workflow ended; milliseconds since the epoch. */
  readonly closedAt: number | undefined;
  readonly result: unknown;
  /** Updates that were carried out: `accept 20002 phone`. */
  readonly updates: readonly string[];
  /** What the last of them was answered. */
  readonly lastAnswer: CallState | undefined;
  /** What the workflow asked to be written. */
  readonly writes: readonly { readonly state: CallState; readonly events: OutwardEvent[] }[];
  /** Whether the announcement was written by the first task itself, of which no input is kept. */
  readonly announced: boolean;
  /** Updates that were carried out, with what they were given. */
  readonly commands: readonly { readonly name: string; readonly payload: unknown }[];
  /** The call as it was started. */
  readonly started: CallState | undefined;
  /** Tasks of streams that it was told of. */
  readonly streams: readonly string[];
}

type Payloads = { readonly payloads?: readonly Payload[] | null } | null | undefined;

const first = (input: Payloads): unknown => {
  const [payload] = input?.payloads ?? [];
  return payload && defaultPayloadConverter.fromPayload(payload);
};

/** `undefined` if there never was such a workflow. */
export async function historyOf(
  temporal: Client,
  callId: number,
): Promise<CallHistory | undefined> {
  const handle = temporal.workflow.getHandle(callWorkflowId(callId));
  const described = await handle.describe().catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  });
  if (described === undefined) return undefined;
  const events = (await handle.fetchHistory()).events ?? [];
  const requests = events.flatMap(
    (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ?? [],
  );
  const answers = events.flatMap(
    (event) => event.workflowExecutionUpdateCompletedEventAttributes?.outcome?.success ?? [],
  );
  const writes = events.flatMap(({ activityTaskScheduledEventAttributes: asked }) =>
    asked?.activityType?.name === 'recordCall' ? (asked.input ?? []) : [],
  );
  return {
    status: described.status.name,
    closedAt: described.closeTime?.getTime(),
    result: first(events.at(-1)?.workflowExecutionCompletedEventAttributes?.result),
    updates: requests.map(({ input }) => {
      const by = first(input?.args) as { user_id?: string; terminal_id?: string };
      return `${input?.name} ${by.user_id} ${by.terminal_id}`;
    }),
    lastAnswer: first(answers.at(-1)) as CallState | undefined,
    commands: requests.map(({ input }) => ({
      name: input?.name ?? '',
      payload: first(input?.args),
    })),
    announced: events.some(
      ({ markerRecordedEventAttributes: marker }) =>
        marker?.markerName === 'core_local_activity' && !marker.failure,
    ),
    started: (
      first(events[0]?.workflowExecutionStartedEventAttributes?.input) as
        | { readonly state: CallState }
        | undefined
    )?.state,
    streams: streamsIn(events),
    writes: writes.map((input) => first(input) as CallHistory['writes'][number]),
  };
}

type Event = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

function streamsIn(events: readonly Event[]): string[] {
  const starts = events
    .filter(
      ({ activityTaskScheduledEventAttributes: asked }) =>
        asked?.activityType?.name === 'startStream',
    )
    .map(({ eventId }) => String(eventId));
  return events.flatMap(({ activityTaskCompletedEventAttributes: done }) => {
    if (!starts.includes(String(done?.scheduledEventId))) return [];
    const { taskId } = first(done?.result) as { readonly taskId?: string };
    return taskId ?? [];
  });
}
