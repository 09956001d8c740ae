import { type CallState, isOver } from '../call/state.js';
import { judge } from '../call/transition.js';
import type { RecordedCall } from '../ports/call-reader.js';
import type { Dependencies } from './dependencies.js';

/**
 * A call that looks live in the store, as it ended; `undefined` while it lives or may still start.
 * A record runs a little behind its call, so the engine is asked before anybody is told "busy".
 */
export async function settleCall(
  deps: Pick<Dependencies, 'engine' | 'records' | 'now'>,
  { state, startBy }: RecordedCall,
): Promise<CallState | undefined> {
  if (isOver(state)) return state;
  const live = await deps.engine.state(state.callId);
  if (live !== undefined && isOver(live)) {
    await deps.records.write(live, []);
    return live;
  }
  return deps.now() > startBy ? settleDead(deps, state) : undefined;
}

/**
 * Ends the record of a call whose workflow is gone: it never started, or was terminated from
 * outside. A workflow that ends by itself writes its record first, so a live record without a
 * workflow cannot be one that is still being written.
 */
async function settleDead(
  { engine, records, now }: Pick<Dependencies, 'engine' | 'records' | 'now'>,
  state: CallState,
): Promise<CallState | undefined> {
  const presence = await engine.presence(state.callId);
  if (presence === 'running' || presence === 'unknown') return undefined;
  const wasAnnounced = presence === 'closed';
  const cause = wasAnnounced ? 'ops_ended' : 'unreachable';
  const ended = judge(state, { type: 'end', by: 'system', cause }, now());
  const told = ended.effects.flatMap((effect) => (effect.type === 'tell' ? [effect.event] : []));
  await records.write(ended.state, wasAnnounced ? told : []);
  return ended.state;
}
