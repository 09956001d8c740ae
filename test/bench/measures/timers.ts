import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Contender } from '../contenders/contender.js';

export interface Lateness {
  readonly contender: string;
  /** From the moment a ring deadline was due until its end was durable, in milliseconds. */
  readonly ms: readonly number[];
}

const RING_SECONDS = 5;
const CLOSED_WITHIN_MS = 60_000;

/** Rings calls out, and reads from their histories when the end became durable. */
export async function measureLateness(
  { name, load, temporal }: Contender,
  address: string,
  calls: number,
): Promise<Lateness> {
  if (temporal === undefined) throw new Error(`${name} has no timers of Temporal`);
  const rung = { count: calls, withinMs: CLOSED_WITHIN_MS, ringSeconds: RING_SECONDS };
  const { ids } = await load.order({ kind: 'open', ...rung });
  await sleep(RING_SECONDS * 1_000);
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace: temporal.namespace });
    const ms: number[] = [];
    for (const id of ids) {
      const late = await latenessOf(client, temporal.workflowId(id));
      if (late !== undefined) ms.push(late);
    }
    return { contender: name, ms };
  } finally {
    await connection.close();
  }
}

/** Nothing of a call whose deadline had passed before its first task: no timer was armed for it. */
async function latenessOf(client: Client, workflowId: string): Promise<number | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  const until = Date.now() + CLOSED_WITHIN_MS;
  while ((await handle.describe()).status.name === 'RUNNING') {
    if (Date.now() > until) throw new Error(`${workflowId} rings on`);
    await sleep(100);
  }
  const history = (await handle.fetchHistory()).events ?? [];
  const started = history.find((event) => event.timerStartedEventAttributes);
  const fired = history.findIndex((event) => event.timerFiredEventAttributes);
  const done = history.slice(fired).find((event) => event.workflowTaskCompletedEventAttributes);
  if (fired < 0 || done === undefined || started === undefined) return undefined;
  const { startToFireTimeout } = started.timerStartedEventAttributes ?? {};
  return msOf(done.eventTime) - (msOf(started.eventTime) + msOf(startToFireTimeout));
}

type Stamp = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;
const msOf = (stamp: Stamp): number =>
  Number(stamp?.seconds ?? 0) * 1_000 + (stamp?.nanos ?? 0) / 1_000_000;
