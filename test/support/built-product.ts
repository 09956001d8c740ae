import { execFile } from 'node:child_process';
import { access, readdir, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { FolderUnavailable, lockFolder } from '../../src/engine/embedded/folder-lock.js';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const SOURCES = ['src', 'workflows', 'activities', 'package.json', 'tsconfig.json'];
/** What a build writes last. */
const RESULT = `${PROJECT}dist/workflow-bundle.js`;
const PROGRAM = `${PROJECT}dist/src/bin/switchyard.js`;
const LOCK = `${PROJECT}node_modules/.cache/switchyard-build`;
const LOCK_LIMIT_MS = 240_000;

const changedAt = async (path: string): Promise<number> =>
  (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;

/** Folders count too: deleting a file changes nothing else. */
async function newestSource(): Promise<number> {
  const paths = SOURCES.map((name) => `${PROJECT}${name}`);
  for (const folder of SOURCES.filter((name) => !name.includes('.'))) {
    const below = await readdir(`${PROJECT}${folder}`, { recursive: true });
    paths.push(...below.map((name) => `${PROJECT}${folder}/${name}`));
  }
  return Math.max(...(await Promise.all(paths.map(changedAt))));
}

async function locked<T>(work: () => Promise<T>): Promise<T> {
  const until = Date.now() + LOCK_LIMIT_MS;
  for (;;) {
    const lock = await lockFolder(LOCK).catch((error: unknown) => {
      if (error instanceof FolderUnavailable && Date.now() < until) return undefined;
      throw error;
    });
    if (lock === undefined) {
      await sleep(200);
      continue;
    }
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }
}

/** The program as `npm run build` leaves it, built anew by the first who finds it out of date. */
export function builtProduct(): Promise<string> {
  return locked(async () => {
    if ((await changedAt(RESULT)) < (await newestSource())) {
      await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: PROJECT });
    }
    await access(PROGRAM);
    return PROGRAM;
  });
}
