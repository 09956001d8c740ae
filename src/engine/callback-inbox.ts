import type { Client } from '@temporalio/client';
import type { callbacks } from '../../workflows/callbacks/callbacks.workflow.js';
import { callbacksWorkflowId } from '../contract/ids.js';
import { CALL_TASK_QUEUE, CALLBACK_SIGNAL, CALLBACKS_WORKFLOW_TYPE } from '../contract/names.js';
import type { ReceivedCallback } from '../contract/robot-hint.js';
import type { CallbackInbox } from '../ports/provider-callbacks.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { isGrpcError } from './client-errors.js';
import type { Health } from './health.js';

/** Tencent waits two seconds for an answer. */
const TAKEN_WITHIN_MS = 1_500;
const LONGEST_ID = 200;

/**
 * One workflow for the callbacks of one call, started by whichever comes first. One request takes a
 * callback for good, with or without a workflow that runs already.
 */
export const createCallbackInbox = (client: Client, health: Health): CallbackInbox => ({
  async handOff(callback) {
    if (!health.ok()) return 'away';
    const about = aboutWhich(callback);
    const sent = client.workflow
      .signalWithStart<typeof callbacks, [ReceivedCallback]>(CALLBACKS_WORKFLOW_TYPE, {
        workflowId: callbacksWorkflowId(about),
        taskQueue: CALL_TASK_QUEUE,
        args: [],
        signal: CALLBACK_SIGNAL,
        signalArgs: [callback],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `callbacks about ${about}`,
      })
      .then(
        () => 'taken' as const,
        (error: unknown) => {
          if (isGrpcError(error)) return 'away' as const;
          throw error;
        },
      );
    const outcome = await bounded(sent, TAKEN_WITHIN_MS);
    return outcome === TIMED_OUT ? 'away' : outcome;
  },
});

/** Callbacks that name no call have nothing to do with each other. */
const aboutWhich = ({ hint, key }: ReceivedCallback): string =>
  hint !== undefined && hint.providerCallId.length <= LONGEST_ID ? hint.providerCallId : key;
