import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { inRepository, read } from './container-files.js';
import { plantedTree } from './planted-tree.js';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

const manifest = JSON.parse(read('package.json')) as {
  readonly private: boolean;
  readonly scarfSettings: unknown;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const { packages } = JSON.parse(read('package-lock.json')) as Lock;

it('pins every dependency to one version', () => {
  const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(wanted.length).toBeGreaterThan(30);
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

it('has each package of Temporal once, all of one version', () => {
  const temporal = Object.entries(packages).filter(([path]) => path.includes('/@temporalio/'));
  const names = temporal.map(([path]) => path.split('node_modules/').at(-1));
  expect(names.length).toBeGreaterThan(8);
  expect(names.length).toBe(new Set(names).size);
  expect(new Set(temporal.map(([, { version }]) => version))).toEqual(new Set(['1.24.0']));
});

/**
 * Histories are read by classes of protobufjs. Without our own dependency on it npm would give each
 * of these packages a copy of its own, and none of them would know the classes of another.
 */
it('gives all packages of Temporal the same protobufjs', () => {
  const using = ['common', 'proto', 'worker', 'client'].map((name) => `@temporalio/${name}`);
  const here = createRequire(import.meta.url);
  const found = using.map((name) => createRequire(here.resolve(name)).resolve('protobufjs'));
  expect(new Set(found)).toEqual(new Set([here.resolve('protobufjs')]));
  expect(here('protobufjs/package.json')).toMatchObject({ version: expect.stringMatching(/^8\./) });
});

it('is not to be published, and tells no one that it was installed', () => {
  expect(manifest.private).toBe(true);
  expect(manifest.scarfSettings).toEqual({ enabled: false });
});

/** Its declaration rests on a package whose types are only found by way of `paths`. */
it('knows the type of a duration, which without its declaration could be anything', async () => {
  const durations = (value: string) => ({
    path: 'src/durations.ts',
    text: `import type { Duration } from '@temporalio/common';\nexport const it: Duration = ${value};\n`,
  });
  expect(await compiled(durations(`'5 seconds'`))).toBe('');
  expect(await compiled(durations(`'banana'`))).toMatch(
    /^src\/durations\.ts\(2,14\): error TS2322: Type '"banana"' is not assignable to type 'Duration'/,
  );
});

async function compiled(file: { path: string; text: string }): Promise<string> {
  const cwd = await plantedTree([file]);
  const tsc = inRepository('node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--noEmit'], { cwd }).catch(
    // A mistake makes it fail; what it found is on the same stream.
    (failure: { stdout: string }) => failure,
  );
  return stdout;
}
