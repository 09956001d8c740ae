/**
 * Every way a call's status can change. `test/call/status-table.test.ts` holds this diagram to the table.
 *
 *   calling --> accepted : accept, answered
 *   calling --> ongoing : bridged
 *   calling --> rejected : reject, hangup(callee), provider rejected
 *   calling --> cancelled : cancel, hangup(caller)
 *   calling --> ended : ring deadline, busy, unreachable, no_answer, end, over
 *   accepted --> ongoing : joined, bridged
 *   accepted --> ended : hangup(caller), hangup(callee), cancel, end, over
 *   accepted --> ended : connect deadline, all_left deadline, max_duration deadline
 *   ongoing --> ended : hangup(caller), hangup(callee), end, over
 *   ongoing --> ended : all_left deadline, max_duration deadline
 *
 * On `robot` and `phone`, an arrow of ours into a terminal status is first a wish (`ending`): the
 * status word stays until the provider's `over` confirms it, or `guard-refused` clears it. There a
 * call also goes from `calling` to `ended` when the provider refuses to place it, or when nobody can
 * say within the reconcile deadline whether it did.
 */
import { applyCommand } from './commands.js';
import { applyDeadline, applyOverdue } from './deadlines.js';
import type { CallEvent, RefusalCode } from './events.js';
import { applyMediaReport } from './media-reports.js';
import { claimed, putOff } from './placing.js';
import { applyProviderReport } from './provider-reports.js';
import type { CallState } from './state.js';
import { andThen, isRefusal, type Step, type Transition } from './step.js';

export function transition(state: CallState, event: CallEvent, now: number): Transition {
  switch (event.type) {
    case 'accept':
    case 'reject':
    case 'cancel':
    case 'hangup':
    case 'rtc-token':
    case 'end':
      return applyCommand(state, event, now);
    case 'media-state':
      return applyMediaReport(state, event, now);
    case 'placed':
    case 'refused':
    case 'placing-unknown':
    case 'as-known':
    case 'hint':
    case 'room':
    case 'found':
    case 'forgotten':
    case 'party':
    case 'stage':
    case 'bridged':
    case 'guard-refused':
    case 'over':
    case 'stream':
    case 'enriched':
      return applyProviderReport(state, event, now);
    case 'claimed':
      return claimed(state);
    case 'put-off':
      return putOff(state, now);
    case 'deadline':
      return applyDeadline(state, event, now);
  }
}

export interface Judgement extends Step {
  readonly refusal?: RefusalCode;
}

/**
 * Judges an event as it would be judged live: overdue deadlines first, so that a late accept cannot
 * revive a call whose ring has run out. A refusal keeps what those deadlines changed.
 */
export function judge(state: CallState, event: CallEvent, now: number): Judgement {
  // A fired timer proves its time: a query can see it fire before the clock of its workflow moves.
  if (event.type === 'deadline') return transition(state, event, Math.max(now, event.at)) as Step;
  const overdue = applyOverdue(state, now);
  const outcome = transition(overdue.state, event, now);
  if (isRefusal(outcome)) return { ...overdue, refusal: outcome.refusal };
  return andThen(overdue, () => outcome);
}
