import { isPlacing } from '../call/placing.js';
import { type CallState, isOver, partyOf } from '../call/state.js';
import { StoreUnavailable } from '../ports/reservations.js';
import { CallError } from './call-error.js';
import type { Dependencies } from './dependencies.js';

/**
 * A call as it is now: an ended one from its record, a live one from the engine, and from the
 * record again when the engine or its worker is away.
 */
export async function readCall(deps: Dependencies, callId: number): Promise<CallState> {
  const recorded = await recordOf(deps, callId);
  if (recorded !== undefined && recorded !== 'away' && isOver(recorded)) return recorded;
  const live = await deps.engine.state(callId);
  if (live !== undefined) return live;
  if (recorded === 'away') throw new CallError(50301);
  if (recorded === undefined) throw new CallError(41001);
  return recorded;
}

async function recordOf(
  { reader }: Dependencies,
  callId: number,
): Promise<CallState | 'away' | undefined> {
  try {
    return (await reader.find(callId))?.state;
  } catch (error) {
    if (error instanceof StoreUnavailable) return 'away';
    throw error;
  }
}

/** @throws CallError 41010 unless the user is a party; a backend (no user) may read every call. */
export async function readCallFor(
  deps: Dependencies,
  callId: number,
  userId: string | undefined,
): Promise<CallState> {
  const state = await readCall(deps, callId);
  if (userId !== undefined && partyOf(state, userId) === undefined) throw new CallError(41010);
  return state;
}

/** The calls that ring for this user at this moment. */
export async function ringingFor(deps: Dependencies, userId: string): Promise<CallState[]> {
  const recorded = await deps.reader.ringingFor(userId);
  const now = await Promise.all(
    recorded.map(async ({ state, announced }) => {
      const live = await deps.engine.state(state.callId);
      return live ?? (announced ? state : undefined);
    }),
  );
  const known = now.filter((state) => state !== undefined);
  return known.filter(
    (state) =>
      !isOver(state) &&
      !isPlacing(state) &&
      state.ring.until > deps.now() &&
      partyOf(state, userId)?.state === 'ringing',
  );
}
