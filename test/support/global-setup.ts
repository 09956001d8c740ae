import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleWorkflows } from '../../src/engine/bundle.js';
import { temporalServer } from './temporal-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** host:port of the dev server that all tests of a run share. */
    readonly temporalAddress: string;
    /** Path of the CLI it was started from. */
    readonly temporalCli: string;
    /** The workflow code, bundled once. */
    readonly bundlePath: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const [server, folder, { code }] = await Promise.all([
    temporalServer(),
    mkdtemp(join(tmpdir(), 'switchyard-bundle-')),
    bundleWorkflows(),
  ]);
  const bundlePath = join(folder, 'workflow-bundle.js');
  await writeFile(bundlePath, code);
  project.provide('temporalAddress', server.address);
  project.provide('temporalCli', server.cli);
  project.provide('bundlePath', bundlePath);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  };
}
