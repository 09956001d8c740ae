import { setTimeout as pause } from 'node:timers/promises';
import type { CallEngine } from '../../src/ports/call-engine.js';

/** Longer than a busy machine keeps an answer back. */
const PATIENCE_MS = 60_000;
const AGAIN_AFTER_MS = 100;
const ENDINGS: readonly string[] = ['hangup', 'cancel', 'reject'];

/** The first answer that says something, or the last one there was. */
async function first<T>(ask: () => Promise<T>, says: (answer: T) => boolean): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (says(answer) || performance.now() > until) return answer;
    await pause(AGAIN_AFTER_MS);
  }
}

/**
 * An engine that asks again while it is not known what came of a request, as everybody is told to.
 * For tests that are about something else than the bounds of an answer.
 */
export function insistentEngine(engine: CallEngine): CallEngine {
  const state: CallEngine['state'] = (callId) =>
    first(
      () => engine.state(callId),
      (known) => known !== undefined,
    );
  return {
    state,
    release: (...what) => engine.release(...what),
    hear: (callId, push) =>
      first(
        () => engine.hear(callId, push),
        (outcome) => outcome === 'delivered' || outcome === 'gone',
      ),
    async start(call) {
      let isRepeated = false;
      const outcome = await first(
        () => engine.start(call),
        (answer) => {
          const isKnown = answer !== 'unknown' && answer !== 'unavailable';
          isRepeated ||= answer === 'unknown';
          return isKnown;
        },
      );
      return isRepeated && outcome === 'already-started' ? 'started' : outcome;
    },
    async command(callId, name, ...rest) {
      let isRepeated = false;
      const outcome = await first(
        () => engine.command(callId, name, ...rest),
        ({ kind }) => {
          isRepeated ||= kind === 'unknown';
          return kind !== 'unknown' && kind !== 'unavailable';
        },
      );
      if (!isRepeated || outcome.kind !== 'gone' || !ENDINGS.includes(name)) return outcome;
      const ended = await state(callId);
      return ended === undefined ? outcome : { kind: 'done', state: ended };
    },
    placed: (callId, withinMs) =>
      first(
        () => engine.placed(callId, withinMs),
        (outcome) => {
          if (outcome.kind === 'done') return outcome.state.placing?.kind !== 'asking';
          return outcome.kind !== 'unknown' && outcome.kind !== 'unavailable';
        },
      ),
    presence: (callId) =>
      first(
        () => engine.presence(callId),
        (known) => known !== 'unknown',
      ),
    running: () =>
      first(
        () => engine.running(),
        (known) => known !== undefined,
      ),
  };
}
