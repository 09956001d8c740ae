import type { CallState } from '../call/state.js';
import { isRefusal } from '../call/step.js';
import { transition } from '../call/transition.js';
import { codeOfRefusal, type ErrorCode } from '../contract/codes.js';
import { parseCommand } from '../contract/command-payload.js';
import type { CommandName } from '../contract/names.js';
import type { CommandPayload } from '../ports/call-engine.js';

/**
 * The code with which a call in this state refuses a command, if it does. No deadline is applied:
 * the call's own clock says which are due, never that of whoever asks.
 */
export function refusalIn(
  state: CallState,
  name: CommandName,
  payload: CommandPayload,
): ErrorCode | undefined {
  const parsed = parseCommand(name, payload);
  if ('invalid' in parsed) return undefined;
  const outcome = transition(state, parsed.value, state.touchedAt);
  return isRefusal(outcome) ? codeOfRefusal(outcome.refusal) : undefined;
}
