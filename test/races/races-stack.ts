import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStack, type Stack } from '../support/stack.js';
import { type Pair, pairAt, pairsOn } from './pairs.js';

/** One stack for the races of a file. */
export function racesStack(env: NodeJS.ProcessEnv = {}) {
  let stack: Stack;
  let folder: string;
  let pairs: readonly Pair[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-races-'));
    stack = await openStack({
      env: { SWITCHYARD_DIR: folder, RATE_LIMIT_PER_SECOND: '10000', ...env },
    });
  });
  afterAll(async () => {
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    /** Brings in people of a race's own. */
    async invite(count: number): Promise<void> {
      pairs = await pairsOn(stack, count);
    },
    pair: (slot: number): Pair => pairAt(pairs, slot),
  };
}
