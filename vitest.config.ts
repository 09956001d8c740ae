import { defineConfig } from 'vitest/config';

const serverBacked = {
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/{call,contract,config,providers,architecture,observability}/**/*.test.ts',
          ],
        },
      },
      { test: { name: 'replay', include: ['test/replay/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'store',
          include: ['test/store/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'api', include: ['test/{api,client}/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'workflow',
          include: ['test/{workflows,engine,service}/**/*.test.ts'],
          ...serverBacked,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/{integration,e2e}/**/*.test.ts'],
          ...serverBacked,
          testTimeout: 120_000,
        },
      },
    ],
  },
});
