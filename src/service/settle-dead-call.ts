import type { CallState } from '../call/state.js';
import { isOver } from '../call/state.js';
import { judge } from '../call/transition.js';
import type { Dependencies } from './dependencies.js';

/**
 * Ends the record of a call whose workflow is gone: it never started, or was terminated from
 * outside. A workflow that ends by itself writes its record first, so a live record without a
 * workflow cannot be one that is still being written.
 *
 * Answers the call as it ended, or `undefined` while its workflow may live or may still start.
 */
export async function settleDeadCall(
  { engine, records, now }: Pick<Dependencies, 'engine' | 'records' | 'now'>,
  state: CallState,
  startBy: number,
): Promise<CallState | undefined> {
  if (isOver(state)) return state;
  if (now() <= startBy) return undefined;
  const presence = await engine.presence(state.callId);
  if (presence === 'running' || presence === 'unknown') return undefined;
  const cause = presence === 'missing' ? 'unreachable' : 'ops_ended';
  const ended = judge(state, { type: 'end', by: 'system', cause }, now());
  const told = ended.effects.filter((effect) => effect.type === 'tell');
  const wasAnnounced = presence === 'closed';
  await records.write(ended.state, wasAnnounced ? told.map((effect) => effect.event) : []);
  return ended.state;
}
