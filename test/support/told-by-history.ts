import { recipientsOf } from '../../src/call/recipients.js';
import { type CallState, partiesIn } from '../../src/call/state.js';
import { type OutwardEvent, toldBy as toldByEffects } from '../../src/call/step.js';
import { judge } from '../../src/call/transition.js';
import { parseCommand } from '../../src/contract/command-payload.js';
import { eventId } from '../../src/contract/ids.js';
import type { CommandName } from '../../src/contract/names.js';
import type { CallHistory } from './kills/call-history.js';

/** What the outside must have been told of a call, and which users. */
export interface ToldEvent {
  readonly id: string;
  readonly event: OutwardEvent;
  readonly to: readonly string[];
}

/**
 * Read from the history alone. The announcement is written by a local activity, which keeps no input:
 * that it was written is all that is known, and what it said follows from the rules of a call. Where
 * its process died before its task was over, the history does not know of it, and another one may
 * follow: then `isLogged` says whether it was written.
 */
export function toldBy(
  history: CallHistory,
  isLogged: (eventId: string) => boolean = () => false,
): ToldEvent[] {
  const { announced, started, writes } = history;
  const isLost = started !== undefined && isLogged(eventId(started.callId, 1, 0));
  const lost = isLost ? [{ state: started, events: incoming(started) }] : [];
  const first = announced ? [announcement(history)] : [];
  const told = new Map<string, ToldEvent>();
  for (const { state, events } of [...lost, ...first, ...writes]) {
    const seen = new Map<number, number>();
    for (const event of events) {
      const nth = seen.get(event.version) ?? 0;
      seen.set(event.version, nth + 1);
      const id = eventId(state.callId, event.version, nth);
      if (!told.has(id)) told.set(id, { id, event, to: recipientsOf(state, event) });
    }
  }
  return [...told.values()];
}

/** With what was commanded before the first task ran, which is what no later write tells of. */
function announcement({ started, commands, writes }: CallHistory) {
  if (started === undefined) throw new Error('a history without a beginning');
  const toldLater = writes.flatMap(({ events }) => events)[0]?.version ?? Number.POSITIVE_INFINITY;
  let state = started;
  const events: OutwardEvent[] = [];
  for (const { name, payload } of commands) {
    if (state.version + 1 >= toldLater) break;
    const command = parseCommand(name as CommandName, payload);
    if ('invalid' in command) throw new Error(command.invalid);
    const step = judge(state, command.value, state.touchedAt);
    state = step.state;
    events.push(...toldByEffects(step.effects));
  }
  return { state, events: [...events, ...incoming(state)] };
}

const incoming = (state: CallState): OutwardEvent[] =>
  partiesIn(state, 'ringing').map(({ userId }) => ({
    type: 'call.incoming',
    version: state.version,
    at: state.touchedAt,
    userId,
  }));
