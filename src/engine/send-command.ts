import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { CallState } from '../call/state.js';
import { callWorkflowId } from '../contract/ids.js';
import type {
  CallEngine,
  CommandOutcome,
  CommandPayload,
  RefusedBy,
} from '../ports/call-engine.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { outcomeOfFailure, refusingCall } from './client-errors.js';
import { inFlightLimit } from './in-flight.js';
import { SeenStates } from './seen-states.js';

/** Every answer is due within this, so that an API answer stays below three seconds. */
export const ANSWER_BOUND_MS = 2_500;
const RETRY_PAUSE_MS = 100;

/**
 * Temporal admits ten updates of one workflow at a time; half of that leaves room for others.
 * Reports have places of their own, so that a burst of them never holds up a hangup.
 */
const COMMANDS_PER_CALL = 3;
const REPORTS_PER_CALL = 2;

/**
 * Sends an update, and says of one that was never sent that it was not. One that waits is refused
 * without being sent where an answer to another one shows that it would be: of a hundred accepts
 * only the first few are sent.
 */
export function commandSender(client: Client): CallEngine['command'] {
  const newSeen = () => new SeenStates();
  const commands = inFlightLimit(COMMANDS_PER_CALL, newSeen);
  const reports = inFlightLimit(REPORTS_PER_CALL, newSeen);
  return async (callId, name, payload, refusedBy = neverRefused) => {
    const until = Date.now() + ANSWER_BOUND_MS;
    const limit = name === 'media-state' ? reports : commands;
    let sent = false;
    const work = limit(callId, (seen) => {
      const askedBefore = seen.asked;
      return async (): Promise<CommandOutcome> => {
        const known = seen.after(askedBefore);
        const code = known === undefined ? undefined : refusedBy(known);
        if (code !== undefined) return { kind: 'refused', code };
        if (Date.now() >= until) return { kind: 'unavailable' };
        sent = true;
        return send(client, { callId, name, payload, until }, seen.ask());
      };
    });
    const outcome = await bounded(work, ANSWER_BOUND_MS);
    if (outcome !== TIMED_OUT) return outcome ?? { kind: 'unavailable' };
    return { kind: sent ? 'unknown' : 'unavailable' };
  };
}

const neverRefused: RefusedBy = () => undefined;

interface Sending {
  readonly callId: number;
  readonly name: string;
  readonly payload: CommandPayload;
  readonly until: number;
}

/** One update id over all tries: the server carries it out once. */
async function send(
  client: Client,
  sending: Sending,
  shows: (state: CallState) => void,
): Promise<CommandOutcome> {
  const { callId, name, payload, until } = sending;
  const updateId = randomUUID();
  const handle = client.workflow.getHandle(callWorkflowId(callId));
  while (Date.now() < until) {
    try {
      const state = await handle.executeUpdate<CallState, [CommandPayload]>(name, {
        args: [payload],
        updateId,
      });
      shows(state);
      return { kind: 'done', state };
    } catch (error) {
      const refusing = refusingCall(error);
      if (refusing !== undefined) shows(refusing);
      const outcome = outcomeOfFailure(error);
      if (outcome.kind !== 'retry') return outcome;
      await pause(RETRY_PAUSE_MS);
    }
  }
  return { kind: 'unavailable' };
}
