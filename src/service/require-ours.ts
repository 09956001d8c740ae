import { type CallState, callerOf } from '../call/state.js';
import type { Dependencies } from './dependencies.js';

/**
 * Of a call whose start the engine says it has already: a repeat of ours may have been quicker; a
 * store that does not belong to this engine also shows so, and then nothing of its call is ours to
 * tell, to claim or to end. `unknown`: the engine does not say in time whose it is, and then no more
 * may be asked of it.
 */
export async function requireOurs(
  { engine, reservations }: Pick<Dependencies, 'engine' | 'reservations'>,
  ours: CallState,
  withinMs?: number,
): Promise<'ours' | 'unknown'> {
  const live = await engine.state(ours.callId, withinMs);
  if (live === undefined) return 'unknown';
  const isOurs =
    live.createdAt === ours.createdAt && callerOf(live).userId === callerOf(ours).userId;
  if (isOurs) return 'ours';
  await reservations.abandon(ours.callId);
  throw new Error(`the engine knows another call ${ours.callId}: it belongs to another store`);
}
