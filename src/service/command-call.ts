import type { CallState } from '../call/state.js';
import { judge } from '../call/transition.js';
import { codeOfRefusal } from '../contract/codes.js';
import { parseCommand } from '../contract/command-payload.js';
import type { CommandName } from '../contract/names.js';
import type { CommandPayload } from '../ports/call-engine.js';
import { CallError } from './call-error.js';
import type { Dependencies } from './dependencies.js';
import { refusalIn } from './refusal-in.js';
import { settleCall } from './settle-call.js';

export type UserCommand = Exclude<CommandName, 'end'>;

/** Sends a user's command to the live call; a call that is over answers from its record. */
export async function commandCall(
  deps: Dependencies,
  callId: number,
  name: UserCommand,
  payload: CommandPayload,
): Promise<CallState> {
  const refusedBy = (state: CallState) => refusalIn(state, name, payload);
  const outcome = await deps.engine.command(callId, name, payload, refusedBy);
  switch (outcome.kind) {
    case 'done':
      return outcome.state;
    case 'refused':
      throw new CallError(outcome.code, outcome.message);
    case 'gone':
      return judgeByRecord(deps, callId, name, payload);
    case 'unavailable':
      throw new CallError(50301);
    case 'unknown':
      throw new CallError(50401);
  }
}

/** The same rules as in the live call, so that a command after the end gets the same answer. */
async function judgeByRecord(
  deps: Dependencies,
  callId: number,
  name: UserCommand,
  payload: CommandPayload,
): Promise<CallState> {
  const record = await deps.reader.find(callId);
  if (record === undefined) throw new CallError(41001);
  const settled = await settleCall(deps, record);
  if (settled.kind !== 'over') throw new CallError(50401);
  const { state } = settled;
  const parsed = parseCommand(name, payload);
  if ('invalid' in parsed) throw new CallError(40001, parsed.invalid);
  const { refusal } = judge(state, parsed.value, deps.now());
  if (refusal !== undefined) throw new CallError(codeOfRefusal(refusal));
  return state;
}
