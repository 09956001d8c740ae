import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

/** Where CI wants the numbers; a run of its own name, since several add up. */
const reports = process.env.TEST_REPORTS;
const report = join(reports ?? '', `${Date.now()}-${process.pid}.json`);

/** How many times the usual number of random cases is tried; see test/support/runs.ts. */
const effort = Number(process.env.TEST_EFFORT ?? 1);

/** Steers the races; see test/support/seeded.ts. */
const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);

/**
 * Only ends what hangs. Deadlines that are behaviour are asserted by the tests themselves; how long
 * a test takes depends on what else the machine does.
 */
const HUNG_MS = 300_000;

const serverBacked = {
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: HUNG_MS,
};

/** Of many small files, most of the time would go into loading the same modules for each. */
const sharedModules = { isolate: false };

/** One kind of server after the other: databases and Temporal would wait for each other's disk. */
const turn = (groupOrder: number) => ({ sequence: { groupOrder } });

export default defineConfig({
  test: {
    provide: { effort, seed },
    // Mostly they wait, so two at once also suit two cores; more would measure each other.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // What is waited for comes; how soon, a busy machine says.
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: HUNG_MS,
    ...(reports === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: report } }),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'test/{call,contract,config,keys,activities,providers,simulators,architecture,bench}/**/*.test.ts',
          ],
          testTimeout: HUNG_MS * effort,
          ...sharedModules,
        },
      },
      {
        extends: true,
        test: {
          name: 'replay',
          include: ['test/replay/**/*.test.ts'],
          testTimeout: HUNG_MS,
          ...sharedModules,
        },
      },
      {
        extends: true,
        test: {
          name: 'api',
          include: ['test/{api,client,service}/**/*.test.ts'],
          testTimeout: HUNG_MS * effort,
          ...sharedModules,
        },
      },
      {
        extends: true,
        test: {
          name: 'store',
          include: ['test/store/**/*.test.ts'],
          testTimeout: HUNG_MS,
          ...turn(1),
        },
      },
      {
        extends: true,
        test: {
          name: 'workflow',
          include: ['test/{workflows,engine}/**/*.test.ts'],
          ...serverBacked,
          ...turn(2),
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/{integration,e2e}/**/*.test.ts'],
          ...serverBacked,
          // Products that start, ring and are killed: these wait the longest.
          maxWorkers: 3,
          ...turn(3),
        },
      },
      {
        extends: true,
        test: {
          name: 'races',
          include: ['test/races/**/*.test.ts'],
          ...serverBacked,
          testTimeout: HUNG_MS * effort,
          // Contenders shall meet each other, not those of another race.
          maxWorkers: 1,
          ...turn(4),
        },
      },
    ],
  },
});
