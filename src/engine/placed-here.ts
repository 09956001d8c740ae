import type { Client } from '@temporalio/client';
import type { PlacedHere, PlacedState } from '../ports/placed-here.js';
import { bounded } from './bounded.js';

/** A request that waits for what comes of placing its call. */
export interface Waiting {
  /** Once the call is being placed in this process. */
  readonly begun: Promise<void>;
  /** What came of it, durable by then. */
  readonly told: Promise<PlacedState>;
  /** It waits no more. */
  forget(): void;
}

export interface Placings extends PlacedHere {
  /** Before its start is sent; nothing where another request waits for the same call. */
  expect(callId: number, answerBy: number): Pick<Waiting, 'forget'> | undefined;
  /** Whoever takes it hears of the call; for the next one there is nothing. */
  take(callId: number): Waiting | undefined;
}

const CONFIRMED_WITHIN_MS = 2_000;
/** Who is told has claimed the call, so there must be time to confirm that, or else to ask the call. */
const TIME_TO_TELL_MS = CONFIRMED_WITHIN_MS + 1_000;

/**
 * Where the worker that places a call and the request that asked for it share a process, the request
 * hears of it as soon as the activity's completion is durable. The call itself needs another task
 * before it could answer an update.
 */
export function createPlacedHere(client: Pick<Client, 'activity'>): Placings {
  const expected = new Map<number, Expected>();
  const complete = async (taskToken: Uint8Array, result: object): Promise<boolean> => {
    const completed = client.activity.complete(taskToken, result).then(
      () => true,
      () => false,
    );
    return (await bounded(completed, CONFIRMED_WITHIN_MS)) === true;
  };
  return {
    expect(callId, answerBy) {
      if (expected.has(callId)) return undefined;
      const forget = () => {
        clearTimeout(outlived);
        if (expected.get(callId) === one) expected.delete(callId);
      };
      const outlived = setTimeout(() => forget(), answerBy - Date.now()).unref();
      const one = new Expected(answerBy, forget);
      expected.set(callId, one);
      return one;
    },
    take: (callId) => expected.get(callId)?.taken(),
    begin(callId) {
      const one = expected.get(callId);
      if (one === undefined) return undefined;
      one.begin();
      return {
        async tell(taskToken, result, placed) {
          const isAwaited = expected.get(callId) === one && one.hasTime();
          if (!isAwaited || !(await complete(taskToken, result))) return 'not-told';
          one.tell(placed);
          return 'told';
        },
      };
    },
  };
}

class Expected implements Waiting {
  readonly begun: Promise<void>;
  readonly told: Promise<PlacedState>;
  readonly forget: () => void;
  begin = (): void => undefined;
  tell = (_placed: PlacedState): void => undefined;
  readonly #answerBy: number;
  #isTaken = false;

  constructor(answerBy: number, forget: () => void) {
    this.#answerBy = answerBy;
    this.forget = forget;
    this.begun = new Promise((resolve) => {
      this.begin = resolve;
    });
    this.told = new Promise((resolve) => {
      this.tell = resolve;
    });
  }

  taken(): Waiting | undefined {
    if (this.#isTaken) return undefined;
    this.#isTaken = true;
    return this;
  }

  hasTime(): boolean {
    return Date.now() + TIME_TO_TELL_MS <= this.#answerBy;
  }
}
