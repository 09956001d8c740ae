import type { PhoneStage } from '../../call/phone-stages.js';
import type { EndCause } from '../../call/state.js';

const WAITING: readonly string[] = ['queued', 'initiated', 'ringing'];

export const isWaiting = (status: string): boolean => WAITING.includes(status);
export const isLive = (status: string): boolean => isWaiting(status) || status === 'in-progress';

/** How far the caller's call and the calls that it dialled have come together. */
export function stageOf(caller: string, callees: readonly string[]): PhoneStage {
  if (caller !== 'in-progress') return caller === 'ringing' ? 'caller_ringing' : 'requested';
  if (callees.includes('in-progress')) return 'bridged';
  return callees.some(isWaiting) ? 'callee_ringing' : 'caller_answered';
}

/** Twilio does not say who hung up; of a callee whose phone was given up while it rang it is plain. */
export interface Ending {
  readonly cause: EndCause;
  readonly by?: 'caller' | 'callee';
}

/** How it ends by the caller's call. `completed` was answered: then the callee's call says more. */
const CALLER_ENDS: ReadonlyMap<string, Ending> = new Map<string, Ending>([
  ['completed', { cause: 'cancelled' }],
  ['busy', { cause: 'no_answer' }],
  ['no-answer', { cause: 'no_answer' }],
  ['canceled', { cause: 'cancelled' }],
  ['failed', { cause: 'unreachable' }],
]);

const CALLEE_ENDS: ReadonlyMap<string, Ending> = new Map<string, Ending>([
  ['completed', { cause: 'hangup' }],
  ['busy', { cause: 'busy', by: 'callee' }],
  ['no-answer', { cause: 'no_answer' }],
  ['canceled', { cause: 'cancelled', by: 'caller' }],
  ['failed', { cause: 'unreachable' }],
]);

export const endOf = (leg: 'caller' | 'callee', status: string): Ending | undefined =>
  (leg === 'caller' ? CALLER_ENDS : CALLEE_ENDS).get(status);
