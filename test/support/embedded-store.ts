import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPglite } from '../../src/store/pglite.js';
import { PROJECT } from './built-product.js';

const MIGRATIONS = join(PROJECT, 'src', 'store', 'migrations');
const PGLITE = join(PROJECT, 'node_modules', '@electric-sql', 'pglite', 'package.json');
const CACHE = join(PROJECT, 'node_modules', '.cache', 'switchyard-store');

export interface StoreFolder {
  readonly folder: string;
  remove(): Promise<void>;
}

/** The folder of an embedded store that is up to date and empty, which nobody else has. */
export async function emptyStore(): Promise<StoreFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-store-'));
  await copyEmptyStore(folder);
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/**
 * Makes what the product would make there at its first start, unless it has run there. To make
 * PostgreSQL's files takes seconds of processor time, to copy them none.
 */
export async function spareFirstStart(dataFolder: string): Promise<void> {
  const folder = join(dataFolder, 'store');
  if (!(await exists(folder))) await copyEmptyStore(folder);
}

const copyEmptyStore = async (folder: string): Promise<void> =>
  cp(await original(), folder, { recursive: true });

async function original(): Promise<string> {
  const folder = join(CACHE, await whatItIsMadeOf());
  if (await exists(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(join(CACHE, 'new-'));
  const database = await openPglite(fresh);
  await database.close();
  // Somebody else may have been first, with the same.
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true }));
  return folder;
}

async function whatItIsMadeOf(): Promise<string> {
  const migrations = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).toSorted();
  const hash = createHash('sha256').update(await readFile(PGLITE));
  for (const name of migrations) hash.update(await readFile(join(MIGRATIONS, name)));
  return hash.digest('hex').slice(0, 16);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
