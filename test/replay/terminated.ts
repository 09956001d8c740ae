import { callWorkflowId, releaseWorkflowId } from '../../src/contract/ids.js';
import type { Stage, Told } from './stage.js';

/** Terminates a call that its provider carries; the story is that of what gives back what it holds. */
export async function terminated({ client, engine }: Stage, { callId }: Told): Promise<Told> {
  const state = await engine.state(callId);
  await client.workflow.getHandle(callWorkflowId(callId)).terminate('by hand');
  if (state === undefined || (await engine.release(state)) !== 'started') {
    throw new Error('nothing was released');
  }
  return { callId, workflowId: releaseWorkflowId(callId) };
}
