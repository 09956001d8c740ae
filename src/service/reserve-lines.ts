import type { BlockedLine, ReserveCall, ReserveOutcome } from '../ports/reservations.js';
import { CallError } from './call-error.js';
import type { Dependencies } from './dependencies.js';
import { settleCall } from './settle-call.js';

/** Caller and callee may each be held by a dead call; more than that is nobody's accident. */
const HEALINGS = 2;

/**
 * What stands in the way is settled and asked again: it may be over, or dead. An engine that is slow
 * has until `answerBy` (ms since the epoch) to say so.
 */
export async function reserveLines(
  deps: Dependencies,
  call: ReserveCall,
  answerBy: number,
  healings = HEALINGS,
): Promise<ReserveOutcome> {
  const outcome = await deps.reservations.reserve(call);
  const again = healings > 0 && (await isOutOfTheWay(deps, outcome, answerBy));
  return again ? reserveLines(deps, call, answerBy, healings - 1) : outcome;
}

async function isOutOfTheWay(
  deps: Dependencies,
  outcome: ReserveOutcome,
  answerBy: number,
): Promise<boolean> {
  switch (outcome.kind) {
    case 'callee-busy':
    case 'caller-busy':
      return freeLine(deps, outcome.line, answerBy);
    case 'replayed': {
      if (outcome.state.status !== 'calling') return false;
      return (await settleCall(deps, outcome, answerBy)).kind === 'over';
    }
    case 'reserved':
    case 'key-reused':
      return false;
  }
}

/** @throws CallError 50301 when nobody can tell whether the line is still in use. */
async function freeLine(deps: Dependencies, line: BlockedLine, answerBy: number): Promise<boolean> {
  const blocking = await deps.reader.find(line.callId);
  if (blocking !== undefined) {
    const { kind } = await settleCall(deps, blocking, answerBy);
    if (kind === 'unknown') throw new CallError(50301);
    if (kind === 'live') return false;
  }
  await deps.reservations.freeLine(line);
  return true;
}
