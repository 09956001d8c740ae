import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, HistoryAndWorkflowId, WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import {
  type ReplayHistoriesIterable,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { inject } from 'vitest';
import { quietRuntime } from '../replay/quiet-runtime.js';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

interface Replayed {
  readonly count: number;
  /** Those that the workflows of today do not bring about again. */
  readonly wrong: readonly NotReplayed[];
}

interface NotReplayed extends HistoryAndWorkflowId {
  readonly why: string;
}

export async function replayed(
  histories: ReplayHistoriesIterable,
  workflowBundle: WorkflowBundleOption,
): Promise<Replayed> {
  const given: HistoryAndWorkflowId[] = [];
  async function* noted() {
    for await (const each of histories) {
      given.push(each);
      yield each;
    }
  }
  const whys: (string | undefined)[] = [];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, noted())) {
    whys.push(error?.message);
  }
  const wrong = given.flatMap((each, nth) => {
    const why = nth in whys ? whys[nth] : 'its replay did not end';
    return why === undefined ? [] : { ...each, why };
  });
  return { count: given.length, wrong };
}

/**
 * Replays whatever these namespaces have begun, in a process that has no worker. A line for each
 * history that cannot be replayed, which is kept in a file.
 */
export async function replayedAll(
  clients: readonly Client[],
): Promise<{ readonly count: number; readonly wrong: readonly string[] }> {
  quietRuntime();
  const { count, wrong } = await replayed(begun(clients), { codePath: inject('bundlePath') });
  const lines = wrong.map(async ({ workflowId, why, ...rest }) => {
    const history = rest.history as History;
    const [first] = history.events ?? [];
    const runId = first?.workflowExecutionStartedEventAttributes?.originalExecutionRunId;
    const file = join(tmpdir(), `${workflowId}-${runId}.json`);
    await writeFile(file, historyToJSON(history));
    return `${workflowId}: ${why}; its history is in ${file}`;
  });
  return { count, wrong: await Promise.all(lines) };
}

async function* begun(clients: readonly Client[]): AsyncGenerator<HistoryAndWorkflowId> {
  for (const client of clients) {
    for await (const each of client.workflow.list().intoHistories()) {
      if (wasBegun(each.history as History)) yield each;
    }
  }
}

/** There is nothing to replay before the first task is over. */
export const wasBegun = ({ events }: History): boolean =>
  events?.some((event) => event.workflowTaskCompletedEventAttributes) === true;
