import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from './cache-folder.js';

export interface Download {
  readonly server: 'createLocal' | 'createTimeSkipping';
  /** `default` leaves the choice to the SDK. */
  readonly version: string;
  readonly target: string;
}

const FIRST_BYTE_LIMIT_MS = 10_000;
const STALL_LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 100;

/**
 * The SDK can only download by starting a server, in native code that ignores time limits and
 * would create the process's one Runtime: hence a process of its own that can be killed.
 */
const PROGRAM = `
const [testing, method, downloadDir, version] = process.argv.slice(1);
const { TestWorkflowEnvironment } = require(testing);
TestWorkflowEnvironment[method]({
  server: { executable: { type: 'cached-download', downloadDir, version } },
}).then((environment) => environment.teardown()).catch((error) => {
  console.error(error.message);
  process.exit(1);
});`;

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Resolves with the reason once no bytes arrive for too long; aborted when the child has ended. */
async function watchForStall(folder: string, over: AbortSignal): Promise<string> {
  let bytes = 0;
  let grewAt = Date.now();
  while (!over.aborted) {
    // A file that vanishes between listing and stat has just been renamed to its final name.
    const now = await bytesIn(folder).catch(() => bytes + 1);
    if (now > bytes) [bytes, grewAt] = [now, Date.now()];
    if (Date.now() - grewAt > (bytes === 0 ? FIRST_BYTE_LIMIT_MS : STALL_LIMIT_MS)) break;
    await sleep(LOOK_EVERY_MS);
  }
  return bytes === 0
    ? `nothing arrived within ${FIRST_BYTE_LIMIT_MS / 1000} s`
    : `nothing more arrived for ${STALL_LIMIT_MS / 1000} s`;
}

function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : complaint.trim()));
  });
}

/** @throws Error with the reason, at most ten seconds after asking a network that does not answer */
export async function downloadBySdk(env: NodeJS.ProcessEnv, wanted: Download): Promise<string> {
  await mkdir(cacheFolder(env), { recursive: true });
  const workshop = await mkdtemp(`${dirname(wanted.target)}.downloading-`);
  const testing = createRequire(import.meta.url).resolve('@temporalio/testing');
  const child = spawn(
    process.execPath,
    ['-e', PROGRAM, testing, wanted.server, workshop, wanted.version],
    { env: { ...env, NODE_OPTIONS: '' }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const over = new AbortController();
  try {
    const failure = await Promise.race([endOf(child), watchForStall(workshop, over.signal)]);
    const [file] = await readdir(workshop);
    if (failure !== undefined || file === undefined) throw new Error(failure ?? 'no file arrived');
    await mkdir(dirname(wanted.target), { recursive: true });
    await chmod(join(workshop, file), 0o755);
    await rename(join(workshop, file), wanted.target);
    return wanted.target;
  } finally {
    over.abort();
    child.kill('SIGKILL');
    await rm(workshop, { recursive: true, force: true });
  }
}
