import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { providerReportSignal } from '../../workflows/call/messages.js';
import { callWorkflowId } from '../contract/ids.js';
import type { CallEngine, HeardOutcome } from '../ports/call-engine.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { isGrpcError } from './client-errors.js';

/** A provider waits for the acknowledgement. */
const DELIVERED_WITHIN_MS = 2_000;

/** A signal is durable once the server took it, also while no worker is there. */
export const pushSender =
  (client: Client): CallEngine['hear'] =>
  async (callId, push) => {
    const sent = client.workflow
      .getHandle(callWorkflowId(callId))
      .signal(providerReportSignal, push)
      .then((): HeardOutcome => 'delivered', whyNot);
    const outcome = await bounded(sent, DELIVERED_WITHIN_MS);
    return outcome === TIMED_OUT ? 'unknown' : outcome;
  };

function whyNot(error: unknown): HeardOutcome {
  if (error instanceof WorkflowNotFoundError) return 'gone';
  if (isGrpcError(error)) return 'unknown';
  throw error;
}
