import { type CallState, isOver } from '../call/state.js';
import { toldBy } from '../call/step.js';
import { judge } from '../call/transition.js';
import type { RecordedCall } from '../ports/call-reader.js';
import type { Dependencies } from './dependencies.js';

type Settling = Pick<Dependencies, 'engine' | 'records' | 'reader' | 'now'>;

export type Settled =
  | { readonly kind: 'over'; readonly state: CallState }
  | { readonly kind: 'live' }
  /** The engine gave no answer in time: the call may live, be over, or still start. */
  | { readonly kind: 'unknown' };

/**
 * What has become of a call that looks live in the store. A record runs a little behind its call,
 * so the engine is asked before anybody is told "busy" or "this is your call".
 */
export async function settleCall(deps: Settling, recorded: RecordedCall): Promise<Settled> {
  if (isOver(recorded.state)) return { kind: 'over', state: recorded.state };
  const live = await deps.engine.state(recorded.state.callId);
  if (live !== undefined && isOver(live)) return settleOver(deps, live);
  const mayStillStart = deps.now() <= recorded.startBy;
  if (live !== undefined && mayStillStart) return { kind: 'live' };
  const presence = await deps.engine.presence(recorded.state.callId);
  switch (presence) {
    case 'missing':
    case 'closed':
      return mayStillStart ? { kind: 'live' } : settleDead(deps, recorded.state, presence);
    case 'running':
      return live === undefined ? lookAgain(deps, recorded) : { kind: 'live' };
    case 'unknown':
      return { kind: live === undefined ? 'unknown' : 'live' };
  }
}

/** A call that runs and gave no answer may only have been busy with its first task. */
async function lookAgain(deps: Settling, recorded: RecordedCall): Promise<Settled> {
  const live = await deps.engine.state(recorded.state.callId);
  if (live === undefined) return { kind: 'unknown' };
  return isOver(live) ? settleOver(deps, live) : { kind: 'live' };
}

async function settleOver({ records }: Settling, state: CallState): Promise<Settled> {
  await records.write(state, []);
  return { kind: 'over', state };
}

/**
 * Ends the record of a call whose workflow is gone: it never started, or was terminated from
 * outside. A workflow that ends by itself writes its record first, so a live record without a
 * workflow cannot be one that is still being written.
 */
async function settleDead(
  { records, reader, now }: Settling,
  before: CallState,
  presence: 'missing' | 'closed',
): Promise<Settled> {
  // It may have ended, and written so, since it was read.
  const state = (await reader.find(before.callId))?.state ?? before;
  if (isOver(state)) return { kind: 'over', state };
  const wasAnnounced = presence === 'closed';
  const cause = wasAnnounced ? 'ops_ended' : 'unreachable';
  const ended = judge(state, { type: 'end', by: 'system', cause }, now());
  await records.write(ended.state, wasAnnounced ? toldBy(ended.effects) : []);
  return { kind: 'over', state: ended.state };
}
