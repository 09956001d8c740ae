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
import { findHintedCall, type HintedCall } from './activities.js';

/** A provider that repeats a callback does so within this. */
const QUIET = '1m';

const callbackSignal = defineSignal<[ReceivedCallback]>(CALLBACK_SIGNAL);

/**
 * The callbacks about one call of a provider, from the moment they were acknowledged: each is read
 * once, however often it comes. It ends when nothing more has come for a while.
 */
export async function callbacks(): Promise<void> {
  const seen = new Set<string>();
  const hints: RobotHint[] = [];
  const tell = toldToItsCall();
  setHandler(callbackSignal, ({ key, hint }) => {
    if (seen.has(key)) return;
    seen.add(key);
    if (hint !== undefined) hints.push(hint);
  });
  do {
    for (let next = hints.shift(); next !== undefined; next = hints.shift()) await tell(next);
  } while (await condition(() => hints.length > 0, QUIET, { summary: 'more may come' }));
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
