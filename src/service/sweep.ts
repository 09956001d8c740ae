import type { Dependencies } from './dependencies.js';
import { settleCall } from './settle-call.js';

const PAGE = 500;

/**
 * Ends the records of calls whose workflow is gone, and frees their lines: a workflow that was
 * terminated from outside can do neither. Which calls run is listed once; only those that are not
 * listed are asked for one by one, because the list may be a moment old.
 *
 * Answers the ids of the calls that were settled. Once `stopping` is aborted it begins nothing more.
 */
export async function sweep(
  deps: Pick<Dependencies, 'engine' | 'records' | 'reader' | 'now'>,
  stopping: AbortSignal,
): Promise<number[]> {
  const running = await deps.engine.running();
  if (running === undefined) return [];
  const settled: number[] = [];
  const before = deps.now();
  let afterId = 0;
  for (;;) {
    const page = await deps.reader.looksLive(before, afterId, PAGE);
    for (const recorded of page.filter(({ state }) => !running.has(state.callId))) {
      if (stopping.aborted) return settled;
      const { kind } = await settleCall(deps, recorded);
      if (kind === 'over') settled.push(recorded.state.callId);
    }
    if (page.length < PAGE) return settled;
    afterId = page.at(-1)?.state.callId ?? afterId;
  }
}
