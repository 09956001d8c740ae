import { isOver } from '../call/state.js';
import type { RecordedCall } from '../ports/call-reader.js';
import type { Dependencies } from './dependencies.js';
import { releaseGivenUp, settleCall } from './settle-call.js';

type Sweeping = Pick<Dependencies, 'engine' | 'records' | 'reader' | 'now'>;

const PAGE = 500;

/**
 * Ends the records of calls whose workflow is gone, frees their lines, and has what they still hold at
 * a provider given back: a workflow that was terminated from outside can do none of it. Which calls run
 * is listed once; only those that are not listed are asked for one by one, because the list may be a
 * moment old.
 *
 * Answers the ids of the calls that were settled. Once `stopping` is aborted it begins nothing more.
 */
export async function sweep(deps: Sweeping, stopping: AbortSignal): Promise<number[]> {
  const running = await deps.engine.running();
  if (running === undefined) return [];
  const settled: number[] = [];
  const before = deps.now();
  let afterId = 0;
  for (;;) {
    const page = await deps.reader.unsettled(before, afterId, PAGE);
    for (const recorded of page.filter(({ state }) => !running.has(state.callId))) {
      if (stopping.aborted) return settled;
      if (await settles(deps, recorded)) settled.push(recorded.state.callId);
    }
    if (page.length < PAGE) return settled;
    afterId = page.at(-1)?.state.callId ?? afterId;
  }
}

async function settles(deps: Sweeping, recorded: RecordedCall): Promise<boolean> {
  if (isOver(recorded.state)) return releaseGivenUp(deps, recorded.state.callId);
  return (await settleCall(deps, recorded)).kind === 'over';
}
