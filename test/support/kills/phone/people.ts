import { setTimeout as pause } from 'node:timers/promises';
import type { Phone } from '../../../../src/simulators/yuntongxun/phones.js';
import type { YuntongxunSimulator } from '../../../../src/simulators/yuntongxun/simulator.js';
import type { PhoneAnswer } from '../../phone-stack.js';
import { userToken } from '../../tokens.js';
import { numberOf, type Script } from './scripts.js';

/** What the app of a script was told. */
export interface Told {
  readonly script: Script;
  /** Every callSid that was answered; one, if the request was understood as one. */
  readonly callSids: readonly string[];
  readonly cancelled: boolean;
}

export interface Scene {
  readonly apiUrl: string;
  readonly simulator: YuntongxunSimulator;
}

/** The provider takes its time over a cancel, and somebody answers meanwhile. */
const CROSSING_MS = 500;
/** Below the quarter of a minute in which a request that is repeated is the same. */
const AGAIN_UNTIL_MS = 12_000;
const AGAIN_AFTER_MS = 200;
const ALL_PUSHES = ['CallAuth', 'CallEstablish', 'Hangup', 'CDR'];

function phonesOf({ story, paceMs }: Script): readonly [caller: Phone, callee: Phone] {
  const answers = { answersAfterMs: 200 + paceMs };
  switch (story) {
    case 'answered':
      return [answers, { ...answers, hangsUpAfterMs: 500 + paceMs }];
    case 'callee-silent':
      return [answers, {}];
    case 'caller-silent':
    case 'provider-silent':
      return [{}, answers];
    case 'given-up':
      return [{ ...answers, hangsUpAfterMs: 500 }, {}];
    case 'crossing':
      return [{ answersAfterMs: 100 }, { hangsUpAfterMs: 1_500 }];
  }
}

export async function play(script: Script, { apiUrl, simulator }: Scene): Promise<Told> {
  const { story, fault, paceMs } = script;
  const caller = numberOf(script.caller);
  const { control } = simulator;
  for (const [index, phone] of phonesOf(script).entries()) {
    const number = index === 0 ? caller : numberOf(script.callee);
    control.script({ number, phone });
  }
  if (fault !== undefined) control.fault({ ...fault, caller });
  if (story === 'provider-silent') {
    for (const on of ALL_PUSHES) control.fault({ on, kind: 'lose-answer', times: 99, caller });
  }
  if (story === 'crossing') {
    control.fault({ on: 'Calls/CallCancel', kind: 'slow-effect', ms: CROSSING_MS, caller });
  }
  const token = await userToken(script.caller);
  const get = async (path: string): Promise<PhoneAnswer | undefined> => {
    try {
      const answer = await fetch(`${apiUrl}/v1/app/${path}?access_token=${token}`);
      return (await answer.json()) as PhoneAnswer;
    } catch {
      return undefined;
    }
  };
  const callSids = await insistOnCall(() => get(`call/${script.callee}`));
  const [callSid] = callSids;
  if (story !== 'crossing' || callSid === undefined) {
    return { script, callSids, cancelled: false };
  }
  await pause(paceMs);
  const cancelling = get(`callCancel/${callSid}`);
  await pause(CROSSING_MS / 2);
  const call = control.ledger().calls.find(({ request }) => request.from === caller);
  if (call !== undefined) {
    control.act({ callSid: call.callSid, side: 'callee', does: 'answer' });
  }
  const cancelled = (await cancelling)?.data?.isSuccess === 'success';
  return { script, callSids, cancelled };
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
