import { LRUCache } from 'lru-cache';
import { type CallState, isOver } from '../../call/state.js';
import { toldBy } from '../../call/step.js';
import { judge } from '../../call/transition.js';
import { callIdOfToken } from '../../contract/phone-token.js';
import type { PhonePush, PhonePushKind } from '../../ports/phone-pushes.js';
import type { Dependencies } from '../dependencies.js';
import { settleCall } from '../settle-call.js';

type Hearing = Pick<Dependencies, 'engine' | 'reader' | 'records' | 'now'>;

export interface Heard {
  /** Whether it will not be lost any more, and may be acknowledged. */
  readonly isTaken: boolean;
  /** Whether the provider may dial; `undefined` while nobody can say. */
  readonly allow: boolean | undefined;
}

export type HearPush = (push: PhonePush) => Promise<Heard>;

/** Somebody waits to dial; nobody says how long. */
const AUTH_WITHIN_MS = 1_500;
const REMEMBERED_PUSHES = 10_000;
/**
 * Heard each time, however alike: whether it may dial is asked anew, and somebody who speaks may be a
 * leg that was to be hung up.
 */
const NEVER_REMEMBERED: readonly PhonePushKind[] = ['auth', 'established'];
/** Two records of one call may arrive at once, at two processes. */
const ENRICHINGS = 5;

const NOT_TAKEN: Heard = { isTaken: false, allow: undefined };
/** Of nobody's call: it is not repeated, and nothing is dialled for it. */
const NOT_OURS: Heard = { isTaken: true, allow: false };

/** Hands over to its call what a provider pushed, and answers once that is durable. */
export function createHearPush(deps: Hearing): HearPush {
  const taken = new LRUCache<string, true>({ max: REMEMBERED_PUSHES });
  return async (push) => {
    const callId = await callIdOf(deps, push);
    if (callId === undefined) return NOT_OURS;
    if (NEVER_REMEMBERED.includes(push.kind)) return hear(deps, callId, push);
    const key = JSON.stringify(push);
    if (taken.has(key)) return { isTaken: true, allow: false };
    const heard = await hear(deps, callId, push);
    if (heard.isTaken) taken.set(key, true);
    return heard;
  };
}

async function callIdOf(
  { reader }: Hearing,
  { token, providerCallId }: PhonePush,
): Promise<number | undefined> {
  if (token !== undefined) return callIdOfToken(token);
  return (await reader.findByProviderId(providerCallId))?.state.callId;
}

async function hear(deps: Hearing, callId: number, push: PhonePush): Promise<Heard> {
  const { kind, providerCallId, reports } = push;
  const token = push.token ?? (await deps.reader.find(callId))?.state.token;
  if (token === undefined) return NOT_OURS;
  switch (await deps.engine.hear(callId, { token, providerCallId, reports })) {
    case 'delivered':
      if (kind !== 'auth') return { isTaken: true, allow: true };
      return { isTaken: true, allow: await mayDial(deps, callId, { token, providerCallId }) };
    case 'gone':
      return hearLate(deps, callId, { ...push, token });
    case 'unavailable':
    case 'unknown':
      return NOT_TAKEN;
  }
}

/** Asked after the call has heard of it: of two dials for one request only the first may ring. */
async function mayDial(
  { engine }: Hearing,
  callId: number,
  { token, providerCallId }: { readonly token: string; readonly providerCallId: string },
): Promise<boolean | undefined> {
  const call = await engine.state(callId, AUTH_WITHIN_MS);
  if (call === undefined) return undefined;
  return (
    !isOver(call) &&
    call.ending === undefined &&
    call.token === token &&
    call.providerCallId === providerCallId
  );
}

/** The call is over: what is said of it now adds to its record, and what still rings is ended. */
async function hearLate(deps: Hearing, callId: number, push: PhonePush): Promise<Heard> {
  const recorded = await deps.reader.find(callId);
  const { kind, token, providerCallId } = push;
  if (recorded === undefined || recorded.state.token !== token) return NOT_OURS;
  if (kind === 'auth') return NOT_OURS;
  const isUnknown = recorded.state.providerCallId !== providerCallId;
  if (kind === 'established' || (kind === 'stage' && isUnknown)) {
    const released = await deps.engine.release(recorded.state, providerCallId);
    return { isTaken: released === 'started' || released === 'already-started', allow: false };
  }
  const { state } = recorded;
  if ((state.providerCallId ?? providerCallId) !== providerCallId) return NOT_OURS;
  await settleCall(deps, recorded);
  await enrich(deps, callId, push);
  return { isTaken: true, allow: false };
}

/** Until its record has it all: another write of the same version may have come first. */
async function enrich(deps: Hearing, callId: number, { reports }: PhonePush): Promise<void> {
  for (let tries = 0; tries < ENRICHINGS; tries += 1) {
    const known = (await deps.reader.find(callId))?.state;
    if (known === undefined || !isOver(known)) return;
    let state: CallState = known;
    const told = reports.flatMap((report) => {
      const judged = judge(state, report, deps.now());
      state = judged.state;
      return toldBy(judged.effects);
    });
    if (state === known) return;
    await deps.records.write(state, told);
  }
}
