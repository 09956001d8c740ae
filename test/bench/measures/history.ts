import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { BARE } from '../contenders/bare.js';
import type { Contender } from '../contenders/contender.js';

/** What one call leaves behind in Temporal. */
export interface HistoryCost {
  readonly contender: string;
  readonly events: number;
  readonly transitions: number;
  readonly bytes: number;
}

/** Other figures would mean that the comparison is with something else than was agreed on. */
const AGREED = { events: 33, transitions: 6 };
const CLOSED_WITHIN_MS = 20_000;

export async function measureHistory(
  { name, load, temporal }: Contender,
  address: string,
): Promise<HistoryCost> {
  if (temporal === undefined) throw new Error(`${name} has no history`);
  const { namespace } = temporal;
  await load.order({ kind: 'calls', users: 1, ms: 1, pauseMs: 300 });
  const connection = await Connection.connect({ address });
  try {
    const cost = await costOfOnlyCall(new Client({ connection, namespace }));
    const isBare = name === BARE;
    if (isBare && (cost.events !== AGREED.events || cost.transitions !== AGREED.transitions)) {
      throw new Error(`bare Temporal is not what it was: ${JSON.stringify(cost)}`);
    }
    return { contender: name, ...cost };
  } finally {
    await connection.close();
  }
}

async function costOfOnlyCall(client: Client) {
  const until = Date.now() + CLOSED_WITHIN_MS;
  while (Date.now() < until) {
    for await (const { workflowId, status } of client.workflow.list()) {
      if (status.name === 'RUNNING') continue;
      const { historyLength, historySize, raw } = await client.workflow
        .getHandle(workflowId)
        .describe();
      return {
        events: historyLength,
        transitions: Number(raw.workflowExecutionInfo?.stateTransitionCount),
        bytes: historySize ?? Number.NaN,
      };
    }
    await sleep(100);
  }
  throw new Error('a call did not end');
}
