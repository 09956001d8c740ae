import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { providerReportSignal } from '../../workflows/call/messages.js';
import { callWorkflowId } from '../contract/ids.js';
import type { CallMailbox } from '../ports/room-callbacks.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { isGrpcError } from './client-errors.js';
import type { Health } from './health.js';

/** TRTC waits five seconds for an answer. */
const TAKEN_WITHIN_MS = 2_500;

export const createCallMailbox = (client: Client, health: Health): CallMailbox => ({
  async report(callId, report) {
    if (!health.ok()) return 'away';
    const sent = client.workflow
      .getHandle(callWorkflowId(callId))
      .signal(providerReportSignal, report)
      .then(
        () => 'taken' as const,
        (error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return 'taken' as const;
          if (isGrpcError(error)) return 'away' as const;
          throw error;
        },
      );
    const outcome = await bounded(sent, TAKEN_WITHIN_MS);
    return outcome === TIMED_OUT ? 'away' : outcome;
  },
});
