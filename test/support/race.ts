import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFailed } from 'vitest';
import { runs } from './runs.js';
import { jitter, runSeed, seeded } from './seeded.js';

/** What every contender was told, and how it ended. */
export type Picture = Readonly<Record<string, string | number>>;

export interface Race {
  readonly name: string;
  /** Each possible outcome is one whole picture, so told answers and end state must agree. */
  readonly outcomes: Readonly<Record<string, Picture>>;
  /** By how much either contender may be sent ahead of the other. */
  readonly spreadMs: number;
  /** Runs once for each offset: how much later (or, below 0, earlier) the second contender goes. */
  play(offsetsMs: readonly number[]): Promise<readonly Picture[]>;
}

const USUAL_RUNS = 50;
const MOST_RUNS = 1_000;
/** Of all runs; an outcome that is rarer was hardly tried. */
const RAREST = 0.05;

/** Plays one run after the other in each of `slots` slots, which begin `apartMs` apart. */
export const inSlots =
  (
    { slots, apartMs }: { readonly slots: number; readonly apartMs: number },
    run: (offsetMs: number, slot: number) => Promise<Picture>,
  ): Race['play'] =>
  async (offsetsMs) => {
    const left = offsetsMs.values();
    const pictures: Picture[] = [];
    const slot = async (index: number): Promise<void> => {
      await pause(index * apartMs);
      for (const offsetMs of left) pictures.push(await run(offsetMs, index));
    };
    await Promise.all(Array.from({ length: slots }, (_, index) => slot(index)));
    return pictures;
  };

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

/** Fails on a picture that is no possible outcome, and when a possible outcome was too rare. */
export async function runRace(race: Race): Promise<void> {
  const seed = runSeed();
  onTestFailed(() => {
    process.stderr.write(
      `again with the same jitter: TEST_SEED=${seed} npx vitest run --project races -t '${race.name}'\n`,
    );
  });
  const count = Math.min(runs(USUAL_RUNS), MOST_RUNS);
  const split = new Map(Object.keys(race.outcomes).map((outcome) => [outcome, 0]));
  const offsets = jitter(count, seeded(seed)).map((share) => share * race.spreadMs);
  for (const picture of await race.play(offsets)) {
    const outcome = outcomeOf(race, picture);
    split.set(outcome, (split.get(outcome) ?? 0) + 1);
  }
  const told = [...split].map(([outcome, times]) => `${outcome}: ${times}`).join(', ');
  process.stdout.write(`${race.name}, ${count} runs, seed ${seed}: ${told}\n`);
  const rare = [...split].filter(([, times]) => times < RAREST * count);
  expect(rare, 'outcomes that are possible and hardly occurred').toEqual([]);
}

function outcomeOf({ outcomes }: Race, picture: Picture): string {
  const found = Object.entries(outcomes).find(([, row]) => isDeepStrictEqual(row, picture));
  expect(found, `no possible outcome: ${JSON.stringify(picture)}`).toBeDefined();
  return found?.[0] ?? '';
}
