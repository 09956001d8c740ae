import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';

/** A namespace of a test's own, so that its worker sees nobody else's calls. */
export async function freshNamespace(address: string): Promise<string> {
  const namespace = `test-${randomUUID()}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
  } finally {
    await connection.close();
  }
  return namespace;
}
