import { Client, Connection } from '@temporalio/client';

export interface Somewhere {
  readonly temporalAddress: string;
  readonly namespace: string;
}

/** Finds the call in Temporal as an operator does, and ends it there. */
export async function endByOperator(stack: Somewhere, providerCallId: string): Promise<void> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const client = new Client({ connection, namespace: stack.namespace });
    for (;;) {
      const query = `ProviderCallId = '${providerCallId}'`;
      for await (const { workflowId } of client.workflow.list({ query })) {
        await client.workflow.getHandle(workflowId).signal('end', { by: 'ops' });
        return;
      }
    }
  } finally {
    await connection.close();
  }
}
