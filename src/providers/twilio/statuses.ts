import type { PhoneStage } from '../../call/phone-stages.js';
import type { EndCause } from '../../call/state.js';
import type { PhoneEnd } from '../../ports/telephony.js';

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

/** How it ends by the caller's call alone: `completed` was answered, and nobody was dialled then. */
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

/** Only the other call tells whether somebody was talked to. */
export const leavesOpen = (leg: 'caller' | 'callee', status: string): boolean =>
  leg === 'caller' && status === 'completed';

/** Of one call, in milliseconds; it lasts from its answer. */
export interface Lasted {
  readonly endedAt: number | undefined;
  readonly answeredAt?: number | undefined;
  readonly lastedMs?: number | undefined;
}

/** When a call that is over was answered, and ended; whole seconds are all that is said. */
export function lastedOf(status: string, endedAt: number | undefined, seconds: unknown): Lasted {
  const lasted = typeof seconds === 'string' && seconds !== '' ? Number(seconds) : Number.NaN;
  const lastedMs = Number.isFinite(lasted) && lasted >= 0 ? lasted * 1_000 : undefined;
  if (status !== 'completed') return { endedAt };
  const answeredAt = endedAt !== undefined && lastedMs !== undefined ? endedAt - lastedMs : endedAt;
  return { endedAt, answeredAt, lastedMs };
}

export interface OverCall {
  readonly status: string;
  readonly endTime: unknown;
  readonly duration: unknown;
}

/** How a call ended of which both parts are over; `undefined` while the second is not. */
export function endBy(caller: OverCall, callees: readonly OverCall[]): PhoneEnd | undefined {
  if (callees.some(({ status }) => isLive(status))) return undefined;
  const talked = callees.find(({ status }) => status === 'completed');
  const callee = talked ?? callees.at(-1);
  const [leg, said] =
    callee === undefined ? (['caller', caller] as const) : (['callee', callee] as const);
  const end = endOf(leg, said.status);
  if (end === undefined) return undefined;
  const at = said.endTime instanceof Date ? said.endTime.getTime() : undefined;
  const { answeredAt } = lastedOf(said.status, at, said.duration);
  return {
    ...end,
    ...(at !== undefined && { at }),
    ...(talked !== undefined && { acceptedAt: answeredAt ?? 0 }),
    evidence: `${leg} ${said.status}`,
  };
}
