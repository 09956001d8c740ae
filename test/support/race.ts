import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFailed } from 'vitest';
import { runs } from './runs.js';
import { jitter, runSeed, seeded } from './seeded.js';
import { steering } from './steering.js';

/** What every contender was told, and how it ended. */
export type Picture = Readonly<Record<string, string | number>>;

/** Each possible outcome is one whole picture, so told answers and end state must agree. */
export type Outcomes = Readonly<Record<string, Picture>>;

export interface Race {
  readonly name: string;
  /** Of the two, the first is what happens when the second contender goes late enough. */
  readonly outcomes: Outcomes;
  /** By how much either contender may be sent ahead of the other, around where they meet. */
  readonly spreadMs: number;
  /** So many runs at once, each slot beginning `apartMs` after the one before it. */
  readonly slots: number;
  readonly apartMs: number;
  /** `offsetMs`: how much later (or, below 0, earlier) the second contender goes. */
  run(offsetMs: number, slot: number): Promise<Picture>;
}

const USUAL_RUNS = 50;
const MOST_RUNS = 1_000;
/** Of all runs; an outcome that is rarer was hardly tried. */
const RAREST = 0.05;
const STEPS_PER_SPREAD = 10;

export const raceRuns = (): number => Math.min(runs(USUAL_RUNS), MOST_RUNS);

/** Lets two contenders go, the second `offsetMs` after the first or the other way round. */
export function meet<A, B>(
  offsetMs: number,
  first: () => Promise<A>,
  second: () => Promise<B>,
): Promise<[A, B]> {
  return Promise.all([after(-offsetMs, first), after(offsetMs, second)]);
}

async function after<T>(ms: number, work: () => Promise<T>): Promise<T> {
  if (ms > 0) await pause(ms);
  return work();
}

/**
 * Whether a contender was not told what came of its request. That is no outcome: such a run is not
 * counted, and played again, but its end has to be a possible one.
 */
export const isOpen = (told: unknown): boolean => /\b(50301|50401)\b/.test(String(told));

/** Counts outcomes. */
export interface Split {
  /** Which outcome it is, if it is one; fails on a picture that is no possible one. */
  count(picture: Picture): string | undefined;
  /** Prints how often each occurred, and fails where a possible one was too rare. */
  finish(): void;
}

export function splitOf(name: string, outcomes: Outcomes): Split {
  const seed = runSeed();
  onTestFailed(() => {
    process.stderr.write(
      `again with the same jitter: TEST_SEED=${seed} npx vitest run --project races -t '${name}'\n`,
    );
  });
  const times = new Map(Object.keys(outcomes).map((outcome) => [outcome, 0]));
  let open = 0;
  return {
    count(picture) {
      if (Object.values(picture).some(isOpen)) {
        open += 1;
        expect(open, 'runs without an answer').toBeLessThan(raceRuns());
        expect(Object.values(outcomes).map(({ end }) => end)).toContain(picture.end);
        return undefined;
      }
      const found = Object.entries(outcomes).find(([, row]) => isDeepStrictEqual(row, picture));
      expect(found, `no possible outcome: ${JSON.stringify(picture)}`).toBeDefined();
      const outcome = found?.[0] ?? '';
      times.set(outcome, (times.get(outcome) ?? 0) + 1);
      return outcome;
    },
    finish() {
      const counted = [...times];
      const count = counted.reduce((sum, [, n]) => sum + n, 0);
      const told = [...counted, ['(not answered)', open]].map(([what, n]) => `${what}: ${n}`);
      process.stdout.write(`${name}, ${count} runs, seed ${seed}: ${told.join(', ')}\n`);
      const rare = counted.filter(([, n]) => n < RAREST * count);
      expect(rare, 'outcomes that are possible and hardly occurred').toEqual([]);
    },
  };
}

/** Runs the race, each time around where the contenders met so far. */
export async function runRace(race: Race): Promise<void> {
  const split = splitOf(race.name, race.outcomes);
  const [whenLate] = Object.keys(race.outcomes);
  const steer = steering(race.spreadMs / STEPS_PER_SPREAD);
  const shares = oneByOne(jitter(raceRuns(), seeded(runSeed())));
  const slot = async (index: number): Promise<void> => {
    await pause(index * race.apartMs);
    for (const share of shares) {
      let outcome: string | undefined;
      while (outcome === undefined) {
        outcome = split.count(await race.run(steer.centreMs + share * race.spreadMs, index));
      }
      steer.move(outcome === whenLate ? 'earlier' : 'later');
    }
  };
  await Promise.all(Array.from({ length: race.slots }, (_, index) => slot(index)));
  split.finish();
}

/** Ends for every slot as soon as one of them fails, which an array's own iterator would not. */
function* oneByOne<T>(items: readonly T[]) {
  yield* items;
}
