import { copyFile, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scratchFolder } from '../support/scratch.js';
import { inRepository } from './container-files.js';

const SETTINGS = ['package.json', 'tsconfig.json', '.oxlintrc.json'];
export const ROOMS = ['src', 'workflows', 'activities'];

export interface Planted {
  readonly path: string;
  readonly text: string;
}

/** A folder with the project's settings and packages, and the given files; gone after the test. */
export async function plantedTree(planted: readonly Planted[]): Promise<string> {
  const folder = await scratchFolder();
  await symlink(inRepository('node_modules'), join(folder, 'node_modules'));
  for (const name of SETTINGS) await copyFile(inRepository(name), join(folder, name));
  await plant(folder, planted);
  return folder;
}

/** The same with a copy of all that runs. */
export async function plantedCopy(planted: readonly Planted[]): Promise<string> {
  const folder = await plantedTree([]);
  for (const room of ROOMS) {
    await cp(inRepository(room), join(folder, room), { recursive: true });
  }
  await plant(folder, planted);
  return folder;
}

async function plant(folder: string, planted: readonly Planted[]): Promise<void> {
  for (const { path, text } of planted) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
