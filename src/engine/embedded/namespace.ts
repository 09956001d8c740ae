import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToNumber, msToTs } from '@temporalio/common/lib/time.js';

const RETRY_EVERY_MS = 50;
const ATTEMPT_LIMIT_MS = 1_000;

/** Yesterday's calls stay in the UI for a week; a namespace made by the dev server forgets in a day. */
const RETENTION = '7 days';

/**
 * A plain connection: a native one would create the process's Runtime before the caller had a
 * chance to say where its log lines go.
 */
async function attempt(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({
    address,
    connectTimeout: ATTEMPT_LIMIT_MS,
    // By default a second passes between finding the port closed and looking again.
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': RETRY_EVERY_MS,
      'grpc.max_reconnect_backoff_ms': RETRY_EVERY_MS,
    },
  });
  try {
    await connection.withDeadline(Date.now() + ATTEMPT_LIMIT_MS, async () => {
      const { workflowService } = connection;
      const { config } = await workflowService.describeNamespace({ namespace });
      const seconds = config?.workflowExecutionRetentionTtl?.seconds?.toNumber() ?? 0;
      if (seconds * 1000 >= msToNumber(RETENTION)) return;
      await workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
      });
    });
  } finally {
    await connection.close();
  }
}

/**
 * Resolves once the server answers for the namespace and keeps its closed workflows for a week.
 * @throws Error with the last answer after `timeoutMs`, or when `over` says that waiting is in vain
 */
export async function prepareNamespace(
  address: string,
  namespace: string,
  { timeoutMs, over }: { readonly timeoutMs: number; readonly over?: () => boolean },
): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt(address, namespace);
    } catch (error) {
      if (Date.now() > until || over?.() === true) throw error;
      await sleep(RETRY_EVERY_MS);
    }
  }
}
