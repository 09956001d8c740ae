import { setTimeout as pause } from 'node:timers/promises';
import type { PhoneAnswer } from '../../phone-stack.js';
import { userToken } from '../../tokens.js';
import type { Story } from './plan.js';
import type { Manners, PhoneProvider, StandIn } from './provider.js';
import type { Script } from './scripts.js';

/** What the app of a script was told. */
export interface Told {
  readonly script: Script;
  /** Every callSid that was answered; one, if the request was understood as one. */
  readonly callSids: readonly string[];
  /** It was told that its call is cancelled. */
  readonly isCancelled: boolean;
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
  crossing: () => ({ caller: { answersAfterMs: 100 }, callee: { hangsUpAfterMs: 1_500 } }),
};

export async function play(script: Script, scene: Scene): Promise<Told> {
  const { caller, callee, story, fault, paceMs } = script;
  const { apiUrl, provider, standIn } = scene;
  const phones = MANNERS[story](paceMs);
  standIn.script(provider.numberOf(caller), phones.caller);
  standIn.script(provider.numberOf(callee), phones.callee);
  if (fault !== undefined) standIn.order(fault, caller);
  if (story === 'provider-silent') standIn.silence(caller);
  if (story === 'crossing') standIn.delayCancel(caller, CROSSING_MS);
  const token = await userToken(caller);
  const get = async (path: string): Promise<PhoneAnswer | undefined> => {
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const answer = await fetch(`${apiUrl}/v1/app/${path}?access_token=${token}`, { signal });
      return (await answer.json()) as PhoneAnswer;
    } catch {
      return undefined;
    }
  };
  const callSids = await insistOnCall(() => get(`call/${callee}`));
  const [callSid] = callSids;
  if (story !== 'crossing' || callSid === undefined) {
    return { script, callSids, isCancelled: false };
  }
  await pause(paceMs);
  const cancelling = get(`callCancel/${callSid}`);
  await pause(CROSSING_MS / 2);
  standIn.answer(caller);
  const isCancelled = (await cancelling)?.data?.isSuccess === 'success';
  return { script, callSids, isCancelled };
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
