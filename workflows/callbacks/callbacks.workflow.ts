import {
  ActivityFailure,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  log,
  setHandler,
} from '@temporalio/workflow';
import type { ProviderReport } from '../../src/call/events.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { CALLBACK_SIGNAL, PROVIDER_REPORT_SIGNAL } from '../../src/contract/names.js';
import type { ReceivedCallback, RobotHint } from '../../src/contract/robot-hint.js';
import { findHintedCall, type HintedCall, relayCallback } from './activities.js';

/** A provider that repeats a callback does so within this. */
const QUIET = '1m';

const callbackSignal = defineSignal<[ReceivedCallback]>(CALLBACK_SIGNAL);

/**
 * The callbacks about one call of a provider, from the moment they were acknowledged: each is read
 * and carried on once, however often it comes, in the order in which they came. It ends when nothing
 * more has come for a while.
 */
export async function callbacks(): Promise<void> {
  const seen = new Set<string>();
  const hints: RobotHint[] = [];
  const relays: ReceivedCallback[] = [];
  let isOut = false;
  setHandler(callbackSignal, (callback) => {
    if (seen.has(callback.key)) return;
    seen.add(callback.key);
    relays.push(callback);
    if (callback.hint !== undefined) hints.push(callback.hint);
  });
  const isIdle = () => hints.length === 0 && relays.length === 0;
  // A backend that takes nothing keeps no hint from its call.
  const work = [serve(hints, toldToItsCall()), serve(relays, carriedOn)];
  do await condition(isIdle);
  while (await condition(() => !isIdle(), QUIET, { summary: 'more may come' }));
  isOut = true;
  await Promise.all(work);

  /** What is being carried out stays first in its queue. */
  async function serve<T>(queue: T[], carryOut: (each: T) => Promise<void>): Promise<void> {
    for (;;) {
      await condition(() => queue.length > 0 || isOut);
      const [next] = queue;
      if (next === undefined) return;
      await carryOut(next);
      queue.shift();
    }
  }
}

async function carriedOn({ hint: _hint, ...callback }: ReceivedCallback): Promise<void> {
  try {
    await relayCallback(callback);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    log.error('a callback was not carried on within its time', { error });
  }
}

/**
 * Tells the call, which is looked for once. What is news in it the call itself decides; one that is
 * over has nothing to hear.
 */
function toldToItsCall(): (hint: RobotHint) => Promise<void> {
  let known: number | undefined;
  return async (hint) => {
    const hinted = known === undefined ? await whoseCall(hint) : { callId: known, isFound: false };
    if (hinted === null) return;
    known = hinted.callId;
    const call = getExternalWorkflowHandle(callWorkflowId(known));
    for (const report of reportsOf(hint, hinted)) {
      await call
        .signal(PROVIDER_REPORT_SIGNAL, report)
        .catch((error: unknown) => log.info('the call is over', { error }));
    }
  };
}

async function whoseCall(hint: RobotHint): Promise<HintedCall | null> {
  try {
    return await findHintedCall(hint);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    log.warn('a hint was left out', { error });
    return null;
  }
}

function reportsOf(hint: RobotHint, { isFound }: HintedCall): ProviderReport[] {
  const { providerCallId, at, parties, ended } = hint;
  const says = parties.length > 0 || ended !== undefined;
  return [
    ...(isFound ? [{ type: 'found' as const, providerCallId }] : []),
    ...(says ? [{ type: 'hint' as const, at, parties, ...(ended && { ended }) }] : []),
  ];
}
