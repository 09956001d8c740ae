import { readdirSync } from 'node:fs';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { expect, it } from 'vitest';
import { inRepository, read } from './container-files.js';
import { plantedCopy, ROOMS } from './planted-tree.js';

async function cruised(baseDir: string): Promise<ICruiseResult> {
  const rules = await extractDepcruiseConfig(inRepository('.dependency-cruiser.mjs'));
  const { options, ...ruleSet } = rules;
  const { enhancedResolveOptions, ...cruiseOptions } = options ?? {};
  const settings = { ...cruiseOptions, ruleSet, validate: true, baseDir };
  // Packages of the copy are links: left as they are, they stay below its `node_modules`.
  const resolving = { ...enhancedResolveOptions, symlinks: false };
  const { output } = await cruise(ROOMS, settings, resolving);
  if (typeof output === 'string') throw new Error(output);
  return output;
}

const broken = ({ summary }: ICruiseResult): string[] =>
  summary.violations.map(({ rule, from }) => `${from}: ${rule.name}`).sort();

/** One file for each rule, which must be reported for this rule and no other. */
const PLANTED: readonly (readonly [path: string, imports: string, rule: string])[] = [
  ['src/call/a.ts', '../contract/codes.js', 'src/call/ sees only what is listed'],
  ['src/call/b.ts', 'node:crypto', 'src/call/ sees only what is listed'],
  ['src/call/c.ts', 'lru-cache', 'src/call/ sees only what is listed'],
  ['src/contract/a.ts', '../ports/records.js', 'src/contract/ sees only what is listed'],
  ['src/ports/a.ts', '../service/call-error.js', 'src/ports/ sees only what is listed'],
  ['src/service/a.ts', '../store/lines.js', 'src/service/ sees only what is listed'],
  ['src/service/b.ts', '../engine/bounded.js', 'src/service/ sees only what is listed'],
  ['src/client/a.ts', '../service/call-error.js', 'src/client/ sees only what is listed'],
  ['workflows/call/a.ts', 'node:fs', 'workflows/ sees only what is listed'],
  ['workflows/call/b.ts', '../../src/ports/records.js', 'workflows/ sees only what is listed'],
  ['workflows/call/c.ts', '@temporalio/client', 'workflows/ sees only what is listed'],
  ['activities/a.ts', '../workflows/call/session.js', 'activities/ sees only what is listed'],
  ['activities/b.ts', '../src/store/lines.js', 'activities/ sees only what is listed'],
  [
    'src/providers/rtc-tokens/a.ts',
    '../../api/answer.js',
    'src/providers/ sees of ours only what is listed',
  ],
  [
    'src/providers/rtc-tokens/b.ts',
    '../permission-hook/allow-all.js',
    'a provider knows no other provider',
  ],
  ['src/keys/a.ts', '../config.js', 'src/keys/ sees of ours only what is listed'],
  ['src/store/a.ts', '../service/call-error.js', 'src/store/ sees of ours only what is listed'],
  [
    'src/engine/a.ts',
    '../../workflows/call/session.js',
    'src/engine/ sees of ours only what is listed',
  ],
  ['src/engine/b.ts', '../store/lines.js', 'src/engine/ sees of ours only what is listed'],
  ['src/engine/c.ts', '../config.js', 'src/engine/ sees of ours only what is listed'],
  ['src/api/a.ts', '../store/lines.js', 'src/api/ sees of ours only what is listed'],
  ['src/api/b.ts', '@temporalio/client', 'Temporal stays in its rooms'],
  ['src/api/c.ts', 'pg', 'SQL stays in the store'],
  ['src/store/b.ts', 'express', 'Express stays in the API'],
  ['src/simulators/a.ts', '../call/state.js', 'src/simulators/ sees of ours only what is listed'],
  ['src/bin/a.ts', '../../test/thing.js', 'nothing that runs imports a test'],
  ['src/bin/c.ts', './nowhere.js', 'no unknown module'],
  ['src/bin/b.ts', 'fast-check', 'what runs in production is installed there'],
];

it('holds for all that runs, of which nothing was passed over', async () => {
  const result = await cruised(inRepository('.'));
  expect(broken(result)).toEqual([]);
  const ours = result.modules.filter(({ source }) => /^(src|workflows|activities)\//.test(source));
  expect(ours.length).toBeGreaterThan(100);
  const roomsSeen = new Set(ours.map(({ source }) => source.split('/').slice(0, -1).join('/')));
  expect([...roomsSeen]).toEqual(
    expect.arrayContaining(['activities', 'src/api', 'src/bin', 'src/call', 'workflows/call']),
  );
});

it('is what contributors are told: ports that the API sees, and every workflow', async () => {
  const rowOf = (room: string) =>
    read('CONTRIBUTING.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${room}\` |`)) ?? '';
  const rules = read('.dependency-cruiser.mjs');
  const ports = /'src\/ports\/\(([^)]+)\)/.exec(rules)?.[1]?.split('|') ?? [];
  expect(ports).toContain('reservations');
  const folders = readdirSync(inRepository('workflows'), { withFileTypes: true });
  const workflows = folders.filter((each) => each.isDirectory()).map(({ name }) => name);
  expect(workflows).toContain('call');
  const untold = (room: string, names: readonly string[]) =>
    names.filter((name) => !rowOf(room).includes(`\`${name}\``));
  expect(untold('src/api/', ports)).toEqual([]);
  expect(untold('workflows/', workflows)).toEqual([]);
});

it('is enforced: a file that breaks a rule is reported for that rule, be it for a type', async () => {
  const planted = PLANTED.map(([path, module], nth) => ({
    path,
    text: `import ${nth % 2 ? 'type ' : ''}{ thing } from '${module}';\nexport { thing };\n`,
  }));
  const test = { path: 'test/thing.ts', text: 'export const thing = 1;\n' };
  const result = await cruised(await plantedCopy([...planted, test]));
  expect(broken(result)).toEqual(PLANTED.map(([path, , rule]) => `${path}: ${rule}`).sort());
});

it('lets no zod within reach of a workflow, and no module import itself in a circle', async () => {
  const copy = await plantedCopy([
    { path: 'src/contract/ids.ts', text: `export * from './detour.js';` },
    { path: 'src/contract/detour.ts', text: `export { z } from 'zod';` },
    { path: 'src/call/one.ts', text: `export * from './other.js';` },
    { path: 'src/call/other.ts', text: `export * from './one.js';` },
  ]);
  expect(broken(await cruised(copy))).toEqual([
    'src/call/one.ts: no cycle',
    'src/contract/ids.ts: no zod within reach of a workflow',
    'workflows/call/call.workflow.ts: no zod within reach of a workflow',
    'workflows/call/handlers.ts: no zod within reach of a workflow',
    'workflows/call/stray-leg.ts: no zod within reach of a workflow',
    'workflows/callbacks/callbacks.workflow.ts: no zod within reach of a workflow',
    'workflows/index.ts: no zod within reach of a workflow',
  ]);
});
