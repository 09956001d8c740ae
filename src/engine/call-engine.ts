import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { stateQuery } from '../../workflows/call/messages.js';
import type { CallState } from '../call/state.js';
import { callIdOfWorkflow, callWorkflowId } from '../contract/ids.js';
import { CALL_WORKFLOW_TYPE, type CommandName } from '../contract/names.js';
import type {
  CallEngine,
  CommandOutcome,
  CommandPayload,
  Presence,
  StartCall,
  StartOutcome,
} from '../ports/call-engine.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { startOptions } from './call-start.js';
import { isGrpcError, outcomeOfFailure } from './client-errors.js';
import type { Health } from './health.js';
import { inFlightLimit } from './in-flight.js';

/** Every answer is due within this, so that an API answer stays below three seconds. */
const ANSWER_BOUND_MS = 2_500;
const QUERY_BOUND_MS = 500;
const RETRY_PAUSE_MS = 100;
const LIST_PAGE = 1_000;

/** The client side of Temporal: starts, commands and reads calls by workflow id, never by run. */
export function createCallEngine(client: Client, health: Health): CallEngine {
  const limited = inFlightLimit();
  const handleOf = (callId: number) => client.workflow.getHandle(callWorkflowId(callId));

  async function start(call: StartCall): Promise<StartOutcome> {
    if (!health.ok()) return 'unavailable';
    const started = client.workflow.start(CALL_WORKFLOW_TYPE, startOptions(call)).then(
      () => 'started' as const,
      (error: unknown) => {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already-started';
        if (isGrpcError(error)) return 'unknown';
        throw error;
      },
    );
    const outcome = await bounded(started, ANSWER_BOUND_MS);
    return outcome === TIMED_OUT ? 'unknown' : outcome;
  }

  async function command(
    callId: number,
    name: Exclude<CommandName, 'end'>,
    payload: CommandPayload,
  ): Promise<CommandOutcome> {
    if (!health.ok()) return { kind: 'unavailable' };
    const until = Date.now() + ANSWER_BOUND_MS;
    const sent = limited(callId, () => send(callId, name, payload, until));
    const outcome = await bounded(sent, ANSWER_BOUND_MS);
    return outcome === TIMED_OUT ? { kind: 'unknown' } : outcome;
  }

  /** One update id over all tries: the server carries it out once. */
  async function send(
    callId: number,
    name: CommandName,
    payload: CommandPayload,
    until: number,
  ): Promise<CommandOutcome> {
    const updateId = randomUUID();
    const handle = handleOf(callId);
    while (Date.now() < until) {
      try {
        const state = await handle.executeUpdate<CallState, [CommandPayload]>(name, {
          args: [payload],
          updateId,
        });
        return { kind: 'done', state };
      } catch (error) {
        const outcome = outcomeOfFailure(error);
        if (outcome.kind !== 'retry') return outcome;
        await pause(RETRY_PAUSE_MS);
      }
    }
    return { kind: 'unavailable' };
  }

  async function state(callId: number): Promise<CallState | undefined> {
    if (!health.ok()) return undefined;
    const answer = handleOf(callId)
      .query(stateQuery)
      .catch(() => undefined);
    const live = await bounded(answer, QUERY_BOUND_MS);
    return live === TIMED_OUT ? undefined : live;
  }

  async function presence(callId: number): Promise<Presence> {
    if (!health.ok()) return 'unknown';
    const described = handleOf(callId)
      .describe()
      .then(
        ({ status }): Presence => (status.name === 'RUNNING' ? 'running' : 'closed'),
        (error: unknown): Presence =>
          error instanceof WorkflowNotFoundError ? 'missing' : 'unknown',
      );
    const known = await bounded(described, QUERY_BOUND_MS);
    return known === TIMED_OUT ? 'unknown' : known;
  }

  async function running(): Promise<ReadonlySet<number> | undefined> {
    if (!health.ok()) return undefined;
    const ids = new Set<number>();
    const query = `WorkflowType = '${CALL_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
    try {
      for await (const { workflowId } of client.workflow.list({ query, pageSize: LIST_PAGE })) {
        const callId = callIdOfWorkflow(workflowId);
        if (callId !== undefined) ids.add(callId);
      }
      return ids;
    } catch (error) {
      if (isGrpcError(error)) return undefined;
      throw error;
    }
  }

  return { start, command, state, presence, running, healthy: () => health.ok() };
}
