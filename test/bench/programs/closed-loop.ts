import { setTimeout as sleep } from 'node:timers/promises';
import type { Answers, CallFlow, Step } from './orders.js';

export const RING_SECONDS = 60;

type Timings = Record<Step, number[]>;

export interface Loop {
  /** How many calls are under way at a time. */
  readonly users: number;
  readonly ms: number;
  /** Passes before each step. */
  readonly pauseMs: number;
}

/** So many users, each beginning its next call when the last one has ended. */
export async function closedLoop(flow: CallFlow, loop: Loop): Promise<Answers['calls']> {
  const steps: Timings = { create: [], accept: [], join: [], hangup: [] };
  const begun = performance.now();
  let calls = 0;
  let failed = 0;
  const user = async (): Promise<void> => {
    while (performance.now() - begun < loop.ms) {
      await oneCall(flow, steps, loop.pauseMs).then(
        () => {
          calls += 1;
        },
        () => {
          failed += 1;
        },
      );
    }
  };
  await Promise.all(Array.from({ length: loop.users }, user));
  return { calls, failed, elapsedMs: performance.now() - begun, steps };
}

async function oneCall(flow: CallFlow, steps: Timings, pauseMs: number): Promise<void> {
  const timed = async <T>(step: Step, work: () => Promise<T>): Promise<T> => {
    if (pauseMs > 0) await sleep(pauseMs);
    const begun = performance.now();
    const answer = await work();
    steps[step].push(performance.now() - begun);
    return answer;
  };
  const id = await timed('create', () => flow.create(RING_SECONDS));
  await timed('accept', () => flow.accept(id));
  await timed('join', () => flow.join(id, 'caller'));
  await timed('join', () => flow.join(id, 'callee'));
  await timed('hangup', () => flow.hangup(id));
}
