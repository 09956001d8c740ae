import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { placedUpdate } from '../../workflows/call/messages.js';
import { callWorkflowId } from '../contract/ids.js';
import type { CallEngine, CommandOutcome } from '../ports/call-engine.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { outcomeOfFailure } from './client-errors.js';

/** Asks a call what came of placing it. One update is enough: asking again is the caller's affair. */
export const placedAsker =
  (client: Client): CallEngine['placed'] =>
  async (callId, withinMs) => {
    const handle = client.workflow.getHandle(callWorkflowId(callId));
    const asked = handle
      .executeUpdate(placedUpdate, {
        args: [{ answer_by: Date.now() + withinMs }],
        updateId: randomUUID(),
      })
      .then((state): CommandOutcome => ({ kind: 'done', state }), whyNot);
    const outcome = await bounded(asked, withinMs);
    return outcome === TIMED_OUT ? { kind: 'unknown' } : outcome;
  };

function whyNot(error: unknown): CommandOutcome {
  const outcome = outcomeOfFailure(error);
  return outcome.kind === 'retry' ? { kind: 'unavailable' } : outcome;
}
