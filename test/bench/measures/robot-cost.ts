import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { cpuMsOf } from '../figures/processes.js';
import { sum } from '../figures/statistics.js';
import { type CpuMs, spentBetween } from './cpu.js';

/** What a robot call costs from its start until its end is recorded, and what it leaves in Temporal. */
export interface RobotCost {
  readonly calls: number;
  readonly events: number;
  readonly transitions: number;
  readonly cpuMs: CpuMs;
}

export interface RobotCostAt {
  readonly address: string;
  readonly namespace: string;
  /** Whose processor time counts, by part. */
  readonly parts: Readonly<Record<string, number>>;
}

const CALLS = 40;
const LOOK_EVERY_MS = 500;
const OVER_WITHIN_MS = 60_000;

/** Starts so many calls, `everyMs`, after all before them are over. */
export async function measureRobotCost(
  { address, namespace, parts }: RobotCostAt,
  everyMs: number,
  start: () => Promise<unknown>,
): Promise<RobotCost> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace });
    await allOver(client);
    const since = new Date().toISOString();
    const spent = () =>
      Object.fromEntries(Object.entries(parts).map(([part, pid]) => [part, cpuMsOf(pid)]));
    const before = spent();
    const started: Promise<unknown>[] = [];
    for (let nth = 0; nth < CALLS; nth += 1) {
      started.push(start());
      await sleep(everyMs);
    }
    await Promise.all(started);
    await allOver(client);
    const cpuMs = spentBetween(before, spent(), CALLS);
    return { cpuMs, ...(await leftBy(client, since)) };
  } finally {
    await connection.close();
  }
}

async function allOver(client: Client): Promise<void> {
  const until = Date.now() + OVER_WITHIN_MS;
  for (;;) {
    const { count } = await client.workflow.count("ExecutionStatus = 'Running'");
    if (count === 0) return;
    if (Date.now() > until) throw new Error(`${count} calls are not over`);
    await sleep(LOOK_EVERY_MS);
  }
}

async function leftBy(client: Client, since: string) {
  const costs: { readonly events: number; readonly transitions: number }[] = [];
  for await (const { workflowId } of client.workflow.list({ query: `StartTime >= '${since}'` })) {
    const { historyLength, raw } = await client.workflow.getHandle(workflowId).describe();
    const transitions = Number(raw.workflowExecutionInfo?.stateTransitionCount);
    costs.push({ events: historyLength, transitions });
  }
  const calls = costs.length;
  return {
    calls,
    events: sum(costs.map(({ events }) => events)) / calls,
    transitions: sum(costs.map(({ transitions }) => transitions)) / calls,
  };
}
