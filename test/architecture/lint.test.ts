import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { inRepository } from './container-files.js';
import { type Planted, plantedTree } from './planted-tree.js';

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
  readonly number_of_files: number;
}

const OXLINT = inRepository('node_modules/oxlint/bin/oxlint');

async function linted(planted: readonly Planted[]): Promise<Report> {
  const folder = await plantedTree(planted);
  const args = [OXLINT, '--type-aware', '--format', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder }).catch(
    // Findings make it fail; what it found is on the same stream.
    (failure: { stdout: string }) => failure,
  );
  return JSON.parse(stdout) as Report;
}

const WORK = 'const work = async (): Promise<boolean> => true;\n';

/** One mistake per file. */
const MISTAKES: readonly (readonly [path: string, code: string, text: string])[] = [
  [
    'workflows/call/floating.ts',
    'typescript(no-floating-promises)',
    `${WORK}export const begin = (): void => {\n  work();\n};\n`,
  ],
  [
    'workflows/call/validator.ts',
    'typescript(no-misused-promises)',
    `import { setHandler } from '@temporalio/workflow';\nimport { commandUpdate } from './messages.js';\n` +
      `${WORK}export const register = (): void =>\n  setHandler(commandUpdate('accept'), () => ({}) as never, {\n` +
      `    validator: async (payload: unknown) => {\n      if (payload === undefined) await work();\n    },\n  });\n`,
  ],
  [
    'src/service/condition.ts',
    'typescript(no-misused-promises)',
    `${WORK}export const isReady = (): string => (work() ? 'yes' : 'no');\n`,
  ],
  [
    'src/service/awaited.ts',
    'typescript(await-thenable)',
    'export const late = async (): Promise<void> => {\n  await (5 as number);\n};\n',
  ],
  [
    'src/service/switch.ts',
    'typescript(switch-exhaustiveness-check)',
    `export const word = (by: 'caller' | 'callee'): string => {\n  switch (by) {\n    case 'caller':\n` +
      `      return 'a';\n  }\n  return 'b';\n};\n`,
  ],
  [
    'src/service/settings.ts',
    'eslint(no-restricted-properties)',
    'export const port = process.env.PORT;\n',
  ],
  [
    'src/service/taken-apart.ts',
    'eslint(no-restricted-properties)',
    'export const { env } = process;\n',
  ],
  [
    'src/service/module.ts',
    'eslint(no-restricted-imports)',
    `import { env } from 'node:process';\nexport const port = env.PORT;\n`,
  ],
  [
    'src/api/exits.ts',
    'eslint(no-restricted-properties)',
    'export const give = (): never => process.exit(1);\n',
  ],
  [
    'src/config.ts',
    'eslint(no-restricted-properties)',
    'export const fail = (): void => {\n  process.exitCode = 1;\n};\n',
  ],
  ['src/api/loud.ts', 'eslint(no-console)', `console.log('x');\nexport const x = 1;\n`],
  ['src/api/default.ts', 'import(no-default-export)', 'export default 1;\n'],
  [
    'activities/values.ts',
    'eslint(no-restricted-imports)',
    `import { recordCall } from '../workflows/call/activities.js';\nexport { recordCall };\n`,
  ],
  [
    'src/engine/values.ts',
    'eslint(no-restricted-imports)',
    `import { call } from '../../workflows/call/call.workflow.js';\nexport { call };\n`,
  ],
  [
    'src/ports/values.ts',
    'eslint(no-restricted-imports)',
    `import { CODES } from '../contract/codes.js';\nexport { CODES };\n`,
  ],
  [
    'src/client/values.ts',
    'eslint(no-restricted-imports)',
    `import { ROUTES } from '../contract/routes.js';\nexport { ROUTES };\n`,
  ],
];

const MESSAGES = {
  path: 'workflows/call/messages.ts',
  text: `import { defineUpdate } from '@temporalio/workflow';\nexport const commandUpdate = (name: string) => defineUpdate<object, [unknown]>(name);\n`,
};

it('reports each mistake in the room it is made in', async () => {
  const planted = MISTAKES.map(([path, , text]) => ({ path, text }));
  const { diagnostics } = await linted([...planted, MESSAGES]);
  const found = diagnostics.map(({ filename, code }) => `${filename}: ${code}`);
  expect(found.sort()).toEqual(MISTAKES.map(([path, code]) => `${path}: ${code}`).sort());
});

it('lets the programs read the environment and end, and types cross where values may not', async () => {
  const { diagnostics, number_of_files } = await linted([
    { path: 'src/config.ts', text: 'export const port = process.env.PORT;\n' },
    { path: 'src/bin/program.ts', text: 'if (process.env.PORT === undefined) process.exit(1);\n' },
    {
      path: 'activities/types.ts',
      text: `import type { CallRecord } from '../workflows/call/activities.js';\nexport type Row = CallRecord;\n`,
    },
    {
      path: 'src/engine/messages.ts',
      text: `import { commandUpdate } from '../../workflows/call/messages.js';\nexport const accept = commandUpdate('accept');\n`,
    },
    { path: 'workflows/call/activities.ts', text: 'export interface CallRecord {}\n' },
    MESSAGES,
  ]);
  expect(diagnostics).toEqual([]);
  expect(number_of_files).toBe(6);
});
