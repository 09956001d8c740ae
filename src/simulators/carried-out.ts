import type { Fault } from './fault-rules.js';
import type { Timers } from './timers.js';

interface Command<Answer> {
  readonly timers: Timers;
  readonly carryOut: () => Answer;
  /** What it answers if it is not carried out. */
  readonly failure: Answer;
}

/** Carries a command out as far, as often and as late as this fault lets it; what becomes of the answer is not said. */
export async function carriedOut<Answer>(
  fault: Fault,
  { timers, carryOut, failure }: Command<Answer>,
): Promise<Answer> {
  if (fault.kind === 'slow-effect') await timers.wait(fault.ms ?? 0);
  const isCarriedOut = fault.effect ?? fault.kind !== 'code';
  if (isCarriedOut && fault.kind === 'twice') carryOut();
  const answer = isCarriedOut ? carryOut() : failure;
  if (fault.kind === 'slow-answer') await timers.wait(fault.ms ?? 0);
  return answer;
}
