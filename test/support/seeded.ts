import { beforeEach, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** TEST_SEED, or one of this run's own. */
    readonly seed: number;
  }
}

/** Fractions of 1, the same ones for the same seed (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const runSeed = (): number => inject('seed');

/**
 * With each failure of these tests the command that draws the same cases again; of a thorough run that
 * draws others as well, those of the tests that are named so.
 */
export function tellHowToReplay(seed: number, named?: string): void {
  beforeEach(({ task: { file }, onTestFailed }) => {
    const run = `TEST_SEED=${seed} npx vitest run --project ${file.projectName} ${file.name}`;
    const command = named === undefined ? run : `TEST_EFFORT=2 ${run} -t '${named}'`;
    onTestFailed(() => void process.stdout.write(`to play the same again: ${command}\n`));
  });
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}

/** Gives each of them equally often, in random order. */
export function dealer<T>(items: readonly T[], random: Random): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = shuffled(items, random);
    return left.pop() as T;
  };
}

/**
 * Fractions between -1 and 1, most of them near 0, in random order. One is drawn from each of
 * `count` equal strata, so that even a few runs reach both ends.
 */
export function jitter(count: number, random: Random): number[] {
  const drawn = Array.from({ length: count }, (_, stratum) => {
    const even = (2 * (stratum + random())) / count - 1;
    return even * Math.abs(even);
  });
  return shuffled(drawn, random);
}
