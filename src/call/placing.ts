import { endCall, finish, SYSTEM } from './ending.js';
import type { ProviderReport } from './events.js';
import { type CallState, isOver, type Placing, partiesIn } from './state.js';
import { change, note, type Step, stay } from './step.js';

const RECONCILE_MS = 30_000;

/** Until then the call of a placing that may have failed is looked for at the provider. */
export const reconcileUntil = ({ ring, rearmed }: CallState): number =>
  Math.max(ring.until, rearmed?.reconcile ?? ring.until) + RECONCILE_MS;

/** Whether it is still open if the provider has placed the call. */
export const isPlacing = ({ placing, providerCallId }: CallState): boolean =>
  placing !== undefined && placing.kind !== 'refused' && providerCallId === undefined;

/** Whether something of the call may live on at its provider when nobody here carries it on. */
export const holdsProvider = (state: CallState): boolean =>
  !isOver(state) && state.providerCallId !== undefined;

/** Whether the end cannot be averted any more, although its cause may still be open. */
export const endIsCertain = (state: CallState): boolean =>
  isOver(state) || state.ending !== undefined || state.forgotten === true;

/** Whether it is over here, and nothing of it is left at its provider. */
export const isSettled = (state: CallState): boolean => isOver(state) && state.unreleased !== true;

type Of<T extends ProviderReport['type']> = Extract<ProviderReport, { type: T }>;

/** What came of placing, where the provider's answer leaves nothing open. */
export function placingOf(report: Of<'placed'> | Of<'refused'>): Placing {
  if (report.type === 'placed') {
    const { results } = report;
    return { kind: 'placed', ...(results !== undefined && { results }) };
  }
  const { code, info, reason } = report;
  return { kind: 'refused', code, info, ...(reason !== undefined && { reason }) };
}

/** From now on phones ring. The first id is the call's id. */
export function placed(state: CallState, report: Of<'placed'>, now: number): Step {
  if (state.providerCallId !== undefined) return stay(state);
  const { providerCallId } = report;
  const placing = placingOf(report);
  const incoming = partiesIn(state, 'ringing').map(
    ({ userId }) => ({ type: 'call.incoming', userId }) as const,
  );
  return change(state, { providerCallId, placing }, now, ...incoming, { type: 'call.updated' });
}

/** Our own wish, if one stands, names the cause: its author wanted no call either. */
export function refused(state: CallState, report: Of<'refused'>, now: number): Step {
  if (!isPlacing(state)) return stay(state);
  const { ending } = state;
  const cause = ending?.cause ?? 'provider_failed';
  const end = { wish: 'deadline' as const, by: SYSTEM, ...ending, cause };
  const placing = placingOf(report);
  return finish({ ...state, placing }, end, now, `${report.code} ${report.info}`);
}

export function placingUnknown(
  state: CallState,
  { evidence, askedAt }: Of<'placing-unknown'>,
  now: number,
): Step {
  if (state.placing?.kind !== 'asking') return stay(state);
  const { found } = state.placing;
  if (found !== undefined) return placed(state, { type: 'placed', providerCallId: found }, now);
  const asked = askedAt === undefined ? {} : { askedAt };
  return note(state, { placing: { kind: 'unknown', evidence, ...asked } });
}

/** Lets the deadline decide about which the provider was asked. */
export const asKnown = (state: CallState): Step =>
  state.asked === undefined || state.asked.answered
    ? stay(state)
    : note(state, { asked: { ...state.asked, answered: true } });

export const forgotten = (state: CallState): Step =>
  state.forgotten === true || state.providerCallId === undefined
    ? stay(state)
    : note(state, { forgotten: true });

/** The provider has nothing left of a call that is over, by its own word, or somebody else sees to that. */
export function released(state: CallState, now: number): Step {
  if (state.unreleased === undefined) return stay(state);
  const { unreleased: _until, ...kept } = state;
  return change(kept, {}, now, { type: 'call.updated' });
}

export function claimed(state: CallState): Step {
  if (state.claimBy === undefined) return stay(state);
  const { claimBy: _claimed, ...kept } = state;
  return stay(kept);
}

/** How long whoever was told to ask again has for it. */
export const ASKS_AGAIN_WITHIN_MS = 60_000;

export function putOff(state: CallState, now: number): Step {
  const { claimBy } = state;
  const until = now + ASKS_AGAIN_WITHIN_MS;
  return claimBy === undefined || claimBy >= until
    ? stay(state)
    : stay({ ...state, claimBy: until });
}

/** Nobody was told of this call, so nobody could end it. */
export const unclaimed = (state: CallState, now: number): Step =>
  endCall(state, { wish: 'deadline', by: SYSTEM, cause: 'dial_unknown' }, now);

/** Neither placed nor refused within every bound: a phone may have rung, and nobody can say. */
export const neverFound = (state: CallState, now: number): Step =>
  finish(state, { wish: 'deadline', by: SYSTEM, cause: 'dial_unknown' }, now);
