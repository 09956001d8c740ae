import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from './process-identity.js';

export interface FolderLock {
  release(): Promise<void>;
}

export class FolderUnavailable extends Error {
  override readonly name = 'FolderUnavailable';
}

interface Claim {
  readonly file: string;
  readonly pid: number;
}

const HELD = 'held';
const ATTEMPTS = 50;

/** Claims of processes that still live; those of the dead are swept away. */
async function liveClaims(lockFolder: string): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const file of await readdir(lockFolder)) {
    const [pid, identity] = file.split('.');
    const lives = identity !== undefined && identityOf(Number(pid)) === identity;
    if (lives) claims.push({ file, pid: Number(pid) });
    // A claim's name is never used again, so this cannot take away anybody's newer claim.
    else await rm(join(lockFolder, file), { force: true });
  }
  return claims;
}

const isHeld = async (lockFolder: string, claim: Claim): Promise<boolean> =>
  (await readFile(join(lockFolder, claim.file), 'utf8').catch(() => '')) === HELD;

/**
 * Claims first, looks second: of two processes that claim at once, at least one sees the other.
 * Who sees another claim withdraws, so nobody holds the folder beside somebody else; who sees none
 * holds it. Two that withdrew from each other try again after unequal pauses.
 */
async function claimFolder(folder: string, lockFolder: string): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const name = `${process.pid}.${identityOf(process.pid)}.${randomBytes(6).toString('hex')}`;
    const path = join(lockFolder, name);
    await writeFile(path, '', { flag: 'wx' });
    const others = (await liveClaims(lockFolder)).filter((claim) => claim.file !== name);
    if (others.length === 0) {
      await writeFile(path, HELD);
      return path;
    }
    await rm(path, { force: true });
    for (const claim of others) {
      if (await isHeld(lockFolder, claim)) {
        throw new FolderUnavailable(
          `${folder} is in use by process ${claim.pid}: stop it, or set SWITCHYARD_DIR to another folder`,
        );
      }
    }
    await sleep(10 + Math.random() * 90);
  }
  throw new FolderUnavailable(`${folder} is being claimed by other processes: try again`);
}

/**
 * Makes this process the only one on this machine that works in `folder`, creating it if needed.
 * A claim dies with its process, however that ends.
 * @throws FolderUnavailable in one sentence: in use, or not writable
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const lock = join(folder, 'lock');
  try {
    await mkdir(lock, { recursive: true });
    const path = await claimFolder(folder, lock);
    return { release: () => rm(path, { force: true }) };
  } catch (error) {
    if (error instanceof FolderUnavailable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new FolderUnavailable(
      `${folder} cannot be written (${reason}): set SWITCHYARD_DIR to another folder`,
    );
  }
}
