import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { callWorkflowId } from '../../src/contract/ids.js';

export interface OfCall {
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly callId: number;
}

/** From the last event of one run to the end of the first task of the next; milliseconds. */
export interface Continuation {
  readonly endedAt: number;
  readonly begunAt: number;
}

export interface RunChain {
  /** Events of each run, the first one first. */
  readonly lengths: readonly number[];
  readonly continuations: readonly Continuation[];
}

async function handleOf({ temporalAddress, namespace, callId }: OfCall) {
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection, namespace });
  const handle = (runId?: string) => client.workflow.getHandle(callWorkflowId(callId), runId);
  return { handle, close: () => connection.close() };
}

const LOOK_EVERY_MS = 10;

/** Watches for the moment in which the current run has so many events. */
export async function watchRuns(call: OfCall & { readonly nearEvents: number }) {
  const { handle, close } = await handleOf(call);
  let over = false;
  let near = false;
  const look = async (): Promise<void> => {
    while (!over) {
      near = (await handle().describe()).historyLength >= call.nearEvents;
      await sleep(LOOK_EVERY_MS);
    }
  };
  const looking = look();
  looking.catch(() => undefined);
  return {
    isNearEnd: () => near,
    async stop(): Promise<void> {
      over = true;
      await looking;
      await close();
    },
  };
}

interface EventTime {
  readonly seconds?: unknown;
  readonly nanos?: number | null;
}
const atMs = (time: EventTime | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1_000 + Number(time?.nanos ?? 0) / 1e6;

/** Every run of a call that is over, once its workflow has ended. */
export async function runsOf(call: OfCall): Promise<RunChain> {
  const { handle, close } = await handleOf(call);
  try {
    await handle().result();
    const { raw } = await handle().describe();
    const lengths: number[] = [];
    const ends: number[] = [];
    const begins: number[] = [];
    let runId = raw.workflowExecutionInfo?.firstRunId;
    while (runId) {
      const events = (await handle(runId).fetchHistory()).events ?? [];
      const first = events.find((event) => event.workflowTaskCompletedEventAttributes);
      const last = events.at(-1);
      lengths.push(events.length);
      ends.push(atMs(last?.eventTime));
      begins.push(atMs(first?.eventTime));
      runId = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    }
    const continuations = ends.slice(0, -1).map((endedAt, index) => ({
      endedAt,
      begunAt: begins[index + 1] ?? Number.POSITIVE_INFINITY,
    }));
    return { lengths, continuations };
  } finally {
    await close();
  }
}
