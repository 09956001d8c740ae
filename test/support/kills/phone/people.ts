import { setTimeout as pause } from 'node:timers/promises';
import type { PhoneAnswer } from '../../phone-stack.js';
import { userToken } from '../../tokens.js';
import { type Story, TAKEN_BACK } from './plan.js';
import type { Manners, PhoneProvider, StandIn } from './provider.js';
import type { Script } from './scripts.js';

/** What the app of a script was told. */
export interface Told {
  readonly script: Script;
  /** Every callSid that was answered; one, if the request was understood as one. */
  readonly callSids: readonly string[];
  /** From its first request to its last answer, milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  /** How long it waited for an answer at most. */
  readonly longestMs: number;
  readonly cancel?: Cancelling;
}

/** That an app took its request back. */
export interface Cancelling {
  readonly callSid: string;
  /** Missing: there was no answer. */
  readonly returnCode?: number;
  /** When it was told; milliseconds since the epoch. */
  readonly at: number;
}

export interface Scene {
  readonly apiUrl: string;
  readonly provider: PhoneProvider;
  readonly standIn: StandIn;
}

/** The provider takes its time over a cancel, and somebody answers meanwhile. */
const CROSSING_MS = 500;
/** Below the quarter of a minute in which a request that is repeated is the same. */
const AGAIN_UNTIL_MS = 10_000;
const AGAIN_AFTER_MS = 200;
/** Twice what the API takes at most. */
const ANSWER_WITHIN_MS = 10_000;

interface Phones {
  readonly caller: Manners;
  readonly callee: Manners;
}

const MANNERS: Readonly<Record<Story, (paceMs: number) => Phones>> = {
  answered: (paceMs) => ({
    caller: { answersAfterMs: 200 + paceMs },
    callee: { answersAfterMs: 200 + paceMs, hangsUpAfterMs: 500 + paceMs },
  }),
  'callee-silent': (paceMs) => ({ caller: { answersAfterMs: 200 + paceMs }, callee: {} }),
  'caller-silent': (paceMs) => ({ caller: {}, callee: { answersAfterMs: 200 + paceMs } }),
  'provider-silent': () => ({ caller: {}, callee: {} }),
  'given-up': (paceMs) => ({
    caller: { answersAfterMs: 200 + paceMs, hangsUpAfterMs: 500 },
    callee: {},
  }),
  cancelled: (paceMs) => ({ caller: { answersAfterMs: 200 + paceMs }, callee: {} }),
  crossing: () => ({ caller: { answersAfterMs: 100 }, callee: { hangsUpAfterMs: 1_500 } }),
};

export async function play(script: Script, scene: Scene): Promise<Told> {
  const { caller, callee, story, fault, paceMs } = script;
  const { apiUrl, provider, standIn } = scene;
  const from = Date.now();
  const phones = MANNERS[story](paceMs);
  standIn.script(provider.numberOf(caller), phones.caller);
  standIn.script(provider.numberOf(callee), phones.callee);
  if (fault !== undefined) standIn.order(fault, caller);
  if (story === 'provider-silent') standIn.silence(caller);
  if (story === 'crossing') standIn.delayCancel(caller, CROSSING_MS);
  const token = await userToken(caller);
  let longestMs = 0;
  const get = async (path: string): Promise<PhoneAnswer | undefined> => {
    const begun = Date.now();
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const answer = await fetch(`${apiUrl}/v1/app/${path}?access_token=${token}`, { signal });
      return (await answer.json()) as PhoneAnswer;
    } catch {
      return undefined;
    } finally {
      longestMs = Math.max(longestMs, Date.now() - begun);
    }
  };
  const callSids = await insistOnCall(() => get(`call/${callee}`));
  const [callSid] = callSids;
  const told = () => ({ script, callSids, longestMs, from, until: Date.now() });
  if (!TAKEN_BACK.includes(story) || callSid === undefined) return told();
  await pause(paceMs);
  const cancelling = get(`callCancel/${callSid}`);
  if (story === 'crossing') {
    await pause(CROSSING_MS / 2);
    standIn.answer(caller);
  }
  const returnCode = (await cancelling)?.returnCode;
  const cancel = { callSid, at: Date.now(), ...(returnCode !== undefined && { returnCode }) };
  return { ...told(), cancel };
}

/** Asks until it is told of a call, and once more: it must be the same one. */
async function insistOnCall(ask: () => Promise<PhoneAnswer | undefined>): Promise<string[]> {
  const until = Date.now() + AGAIN_UNTIL_MS;
  const callSids: string[] = [];
  while (callSids.length < 2 && Date.now() < until) {
    const answer = await ask();
    if (answer?.data?.callSid !== undefined) callSids.push(answer.data.callSid);
    await pause(AGAIN_AFTER_MS);
  }
  return callSids;
}
