import { endCall, SYSTEM } from './ending.js';
import type { ProviderReport } from './events.js';
import { endIsCertain } from './placing.js';
import type { CallState, Stream } from './state.js';
import { andThen, change, note, type Step, stay } from './step.js';

/** After so many starts in a row that came to nothing the stream is given up. */
const MOST_FAILURES = 3;

type StreamReport = Extract<ProviderReport, { type: 'stream' }>;

/** What has become of the stream that is played into the room of a call. */
export function streamReport(state: CallState, report: StreamReport, now: number): Step {
  const { stream } = state;
  if (stream === undefined || stream.kind === 'ended' || stream.kind === 'failed') {
    return stay(state);
  }
  switch (report.now) {
    case 'starting': {
      const { taskId } = report;
      const starting = { ...stream, kind: 'starting' as const, ...(taskId && { taskId }) };
      // Recorded at once: callbacks of the stream find its call by the task.
      return change(state, { stream: starting }, now, { type: 'call.updated' });
    }
    case 'playing':
      return stream.kind === 'playing' || isOfAnother(report, stream)
        ? stay(state)
        : become(state, stream, 'playing', now);
    case 'start-failed':
      return stream.kind === 'playing' ? stay(state) : startFailed(state, stream, now);
    case 'ended':
      return andThen(become(state, stream, 'ended', now), (next) =>
        stream.endsCall ? endBecause(next, 'stream_finished', now) : stay(next),
      );
    case 'stopped':
      return note(state, { stream: { ...stream, kind: 'ended' } });
  }
}

/** Whoever says it may mean a task that was given up. */
const isOfAnother = ({ taskId }: StreamReport, stream: Stream): boolean =>
  taskId !== undefined && taskId !== stream.taskId;

const become = (state: CallState, stream: Stream, kind: Stream['kind'], now: number): Step =>
  change(state, { stream: { ...stream, kind } }, now, { type: 'call.updated' });

function startFailed(state: CallState, before: Stream, now: number): Step {
  const { taskId: _gone, ...kept } = before;
  const stream: Stream = { ...kept, kind: 'waiting', failures: before.failures + 1 };
  if (stream.failures < MOST_FAILURES) return note(state, { stream });
  return andThen(become(state, stream, 'failed', now), (next) =>
    stream.endsCall ? endBecause(next, 'stream_failed', now) : stay(next),
  );
}

/** Who was called to hear something has heard it, or never will. */
const endBecause = (state: CallState, reason: string, now: number): Step =>
  endCall(state, { wish: 'hangup', by: SYSTEM, cause: 'hangup', reason }, now);

/** Whether the stream of this call is to be played now. */
export const isToBePlayed = (state: CallState): boolean =>
  state.stream !== undefined && state.acceptedAt !== undefined && !endIsCertain(state);
