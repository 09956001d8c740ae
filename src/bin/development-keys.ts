import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.js';

interface Keys {
  readonly AUTH_JWT_SECRET: string;
  readonly TRTC_SECRET_KEY: string;
}

/** Of no real application: tokens made with it open no room. */
const DEVELOPMENT_APP_ID = 1_400_000_000;

const fileIn = (directory: string): string => join(directory, 'development-keys.json');

/** The keys `switchyard start` made in this folder, if it ever ran here. */
export async function readDevelopmentKeys(config: Config): Promise<Config> {
  const text = await readFile(fileIn(config.SWITCHYARD_DIR), 'utf8').catch(() => undefined);
  return text === undefined ? config : withKeys(config, JSON.parse(text) as Keys);
}

/** Makes keys of this folder's own where none are configured; real ones always come first. */
export async function withDevelopmentKeys(config: Config): Promise<Config> {
  const known = await readDevelopmentKeys(config);
  if (known !== config) return known;
  const keys: Keys = {
    AUTH_JWT_SECRET: randomBytes(32).toString('base64url'),
    TRTC_SECRET_KEY: randomBytes(32).toString('hex'),
  };
  await mkdir(config.SWITCHYARD_DIR, { recursive: true });
  const file = fileIn(config.SWITCHYARD_DIR);
  // Whole or not at all: half a file would stop every later start.
  await writeFile(`${file}.new`, JSON.stringify(keys), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return withKeys(config, keys);
}

function withKeys(config: Config, keys: Keys): Config {
  const ownAuth =
    config.AUTH_JWT_SECRET === undefined && config.AUTH_JWT_PUBLIC_KEY === undefined
      ? { AUTH_JWT_SECRET: keys.AUTH_JWT_SECRET }
      : {};
  const ownTrtc =
    config.TRTC_SDK_APP_ID === undefined
      ? { TRTC_SDK_APP_ID: DEVELOPMENT_APP_ID, TRTC_SECRET_KEY: keys.TRTC_SECRET_KEY }
      : {};
  return Object.freeze({ ...config, ...ownAuth, ...ownTrtc });
}
