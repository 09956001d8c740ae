import { endToTell } from '../call/ending.js';
import type { CallEvent } from '../call/events.js';
import { holdsProvider, released } from '../call/placing.js';
import { type CallState, isOver } from '../call/state.js';
import { type OutwardEvent, type Step, toldBy } from '../call/step.js';
import { transition } from '../call/transition.js';
import type { CallEngine } from '../ports/call-engine.js';
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
 * so the engine is asked before anybody is told "busy" or "this is your call"; it may take until
 * `answerBy` (ms since the epoch) where that is given. What a call ended as is known only to a
 * worker, or to the record that is being written.
 */
export async function settleCall(
  deps: Settling,
  recorded: RecordedCall,
  answerBy?: number,
): Promise<Settled> {
  if (isOver(recorded.state)) return { kind: 'over', state: recorded.state };
  const { callId } = recorded.state;
  const left = () => (answerBy === undefined ? undefined : answerBy - deps.now());
  // Before anything is asked: a start in time may land between question and answer.
  const mayStillStart = deps.now() <= recorded.startBy;
  const presence = await deps.engine.presence(callId, left());
  switch (presence) {
    case 'running':
      return { kind: 'live' };
    case 'unknown':
      return { kind: 'unknown' };
    case 'missing':
      return mayStillStart ? { kind: 'live' } : settleDead(deps, recorded.state, presence);
    case 'ending':
    case 'closed': {
      const ended = await deps.engine.state(callId, presence === 'ending' ? left() : undefined);
      if (ended !== undefined && isOver(ended)) {
        return presence === 'closed' ? settleUntold(deps, ended) : settleOver(deps, ended);
      }
      if (presence === 'ending') return settleByRecord(deps, callId);
      if (mayStillStart) return { kind: 'live' };
      return settleDead(deps, ended ?? recorded.state, presence);
    }
  }
}

/** The worker is too busy to say how it ended, or writes just that. */
async function settleByRecord({ reader }: Settling, callId: number): Promise<Settled> {
  const state = (await reader.find(callId))?.state;
  return state !== undefined && isOver(state) ? { kind: 'over', state } : { kind: 'unknown' };
}

async function settleOver(
  { records }: Settling,
  state: CallState,
  untold: readonly OutwardEvent[] = [],
): Promise<Settled> {
  await records.write(state, untold);
  return { kind: 'over', state };
}

/** A workflow that is gone and did not write its end was terminated between the two: nobody else tells of it. */
async function settleUntold(deps: Settling, state: CallState): Promise<Settled> {
  const written = await settleByRecord(deps, state.callId);
  return written.kind === 'over' ? written : settleOver(deps, state, endToTell(state));
}

/**
 * Ends the record of a call whose workflow is gone: it never started, or was terminated from
 * outside. A workflow that ends by itself writes its record first, so a live record without a
 * workflow cannot be one that is still being written.
 */
async function settleDead(
  { records, reader, engine, now }: Settling,
  known: CallState,
  presence: 'missing' | 'closed',
): Promise<Settled> {
  // It may have ended, and written so, since it was read.
  const { state: written, providerCallId } = (await reader.find(known.callId)) ?? { state: known };
  if (isOver(written)) return { kind: 'over', state: written };
  const state = named(written.version > known.version ? written : known, providerCallId);
  if (holdsProvider(state) && !(await isReleased(engine, state))) return { kind: 'unknown' };
  const wasStarted = presence === 'closed' || state.version > 1 || holdsProvider(state);
  // No deadline is applied before: nobody was there to do so, and what was due ended nothing.
  const ended = transition(state, wasStarted ? TERMINATED : NEVER_STARTED, now()) as Step;
  await records.write(ended.state, wasStarted ? toldBy(ended.effects) : []);
  return { kind: 'over', state: ended.state };
}

/** Who had the call placed was told its id, and kept it before the record was written. */
const named = (state: CallState, providerCallId: string | undefined): CallState =>
  providerCallId === undefined ? state : { providerCallId, ...state };

/** Nobody is left who could wait for a provider to confirm the end. Neither of these is ever refused. */
const TERMINATED: CallEvent = { type: 'over', cause: 'ops_ended' };
const NEVER_STARTED: CallEvent = { type: 'end', by: 'system', cause: 'unreachable' };

/**
 * A call that an operator gave up is over, and its own workflow asks the provider until that confirms
 * the end. Where that workflow is gone another one does, whose task it is from then on. Whether that
 * was begun now.
 */
export async function releaseGivenUp(
  { engine, records, reader, now }: Settling,
  callId: number,
): Promise<boolean> {
  const presence = await engine.presence(callId);
  if (presence !== 'missing' && presence !== 'closed') return false;
  // The provider may have confirmed it, and that been written, since it was read.
  const state = (await reader.find(callId))?.state;
  if (state?.unreleased !== true || !(await isReleased(engine, state))) return false;
  const handedOver = released(state, now());
  await records.write(handedOver.state, toldBy(handedOver.effects));
  return true;
}

/** Before the record is ended: nobody looks at the call again after that. */
async function isReleased(engine: CallEngine, state: CallState): Promise<boolean> {
  const outcome = await engine.release(state);
  return outcome === 'started' || outcome === 'already-started';
}
