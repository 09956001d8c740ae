/**
 * The payload of a command or report, checked without zod because the workflow reads it too: it may
 * come from the Temporal UI or CLI, where nothing was checked before.
 */
import type { Command, MediaReport } from '../call/events.js';
import { LIMITS, lengthOf, NO_CHARACTER } from './limits.js';
import type { CommandName } from './names.js';

export type Parsed<T> = { readonly value: T } | { readonly invalid: string };
type Members = Readonly<Record<string, unknown>>;

/** Turns a payload into the event it stands for, or says which member is wrong. */
export function parseCommand(name: CommandName, payload: unknown): Parsed<Command | MediaReport> {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { invalid: 'payload must be an object' };
  }
  const members = payload as Members;
  return name === 'end' ? parseEnd(members) : parseByTerminal(name, members);
}

const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && lengthOf(value) <= max && !NO_CHARACTER.test(value);
/** Null or blank means the default, wherever there is one. */
const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');

function wrongMember(members: Members, required: readonly (keyof typeof LIMITS)[]) {
  for (const [name, max] of Object.entries(LIMITS)) {
    const value = members[name];
    const needed = required.some((wanted) => wanted === name);
    if (!isGiven(value) && !needed) continue;
    if (!isGiven(value) || !isText(value, max)) {
      return `${name} must be a string of 1 to ${max} characters`;
    }
  }
  return undefined;
}

function parseByTerminal(
  type: Exclude<CommandName, 'end'>,
  members: Members,
): Parsed<Command | MediaReport> {
  const { user_id: userId, terminal_id: terminalId, reason, stage } = members;
  if (!isText(userId, 64) || userId === '') return { invalid: 'user_id must be a string' };
  const wrong = wrongMember(
    members,
    type === 'media-state' ? ['terminal_id', 'stage'] : ['terminal_id'],
  );
  if (wrong !== undefined) return { invalid: wrong };
  const by = { userId, terminalId: terminalId as string };
  switch (type) {
    case 'accept':
      return { value: { type, ...by } };
    case 'rtc-token':
      return { value: { type, ...by, takeover: members.takeover === true } };
    case 'media-state': {
      const quality = members.network_quality;
      const told = isGiven(quality) ? { quality: quality as string } : {};
      return { value: { type, ...by, stage: stage as string, ...told } };
    }
    case 'reject':
    case 'cancel':
    case 'hangup':
      return { value: { type, ...by, ...(isGiven(reason) && { reason: reason as string }) } };
  }
}

/** The operators' `end`: `{by?, reason?, cause?}`. */
function parseEnd(members: Members): Parsed<Command> {
  const { by = 'operator', cause = 'ops_ended', reason } = members;
  if (!isText(by, 64)) return { invalid: 'by must be a string' };
  if (cause !== 'ops_ended' && cause !== 'superseded') {
    return { invalid: 'cause must be ops_ended or superseded' };
  }
  const wrong = wrongMember({ reason }, []);
  if (wrong !== undefined) return { invalid: wrong };
  return {
    value: { type: 'end', by, cause, ...(isGiven(reason) && { reason: reason as string }) },
  };
}
