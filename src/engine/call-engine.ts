import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { CALL_WORKFLOW_TYPE, RELEASE_WORKFLOW_TYPE } from '../contract/names.js';
import type { CallEngine, StartOutcome } from '../ports/call-engine.js';
import { placedAsker } from './ask-placed.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { releaseOptions, startOptions } from './call-start.js';
import { isGrpcError } from './client-errors.js';
import type { Health } from './health.js';
import type { Placings } from './placed-here.js';
import { callReads } from './read-calls.js';
import { ANSWER_BOUND_MS, commandSender } from './send-command.js';
import { pushSender } from './send-push.js';

export interface EngineMeans {
  readonly health: Health;
  /** Where a worker shares this process. */
  readonly placings?: Placings;
}

/** The client side of Temporal. Nothing is sent while the last probe went unanswered. */
export function createCallEngine(client: Client, { health, placings }: EngineMeans): CallEngine {
  const reads = callReads(client);
  const send = commandSender(client);
  const placed = placedAsker(client, placings);
  const hear = pushSender(client);
  const begin = async (type: string, options: WorkflowStartOptions, withinMs: number) => {
    if (!health.ok()) return 'unavailable';
    const started = client.workflow
      .start(type, options)
      .then((): StartOutcome => 'started', outcomeOfStart);
    const outcome = await bounded(started, Math.min(withinMs, ANSWER_BOUND_MS));
    return outcome === TIMED_OUT ? 'unknown' : outcome;
  };
  return {
    async start(call, withinMs = ANSWER_BOUND_MS) {
      const { callId } = call.state;
      const waiting = call.robot && placings?.expect(callId, Date.now() + withinMs);
      let outcome: StartOutcome | undefined;
      try {
        outcome = await begin(CALL_WORKFLOW_TYPE, startOptions(call), withinMs);
        return outcome;
      } finally {
        if (outcome !== 'started') waiting?.forget();
      }
    },
    release: (...what) => begin(RELEASE_WORKFLOW_TYPE, releaseOptions(...what), ANSWER_BOUND_MS),
    command: async (...command) => (health.ok() ? send(...command) : { kind: 'unavailable' }),
    async placed(callId, withinMs) {
      if (health.ok()) return placed(callId, withinMs);
      placings?.take(callId)?.forget();
      return { kind: 'unavailable' };
    },
    hear: async (...sent) => (health.ok() ? hear(...sent) : 'unavailable'),
    state: async (...read) => (health.ok() ? reads.state(...read) : undefined),
    presence: async (...read) => (health.ok() ? reads.presence(...read) : 'unknown'),
    running: async () => (health.ok() ? reads.running() : undefined),
  };
}

function outcomeOfStart(error: unknown): StartOutcome {
  if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already-started';
  if (isGrpcError(error)) return 'unknown';
  throw error;
}
