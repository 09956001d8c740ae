import { homedir } from 'node:os';
import { join } from 'node:path';

/** The last CLI release that `go install` can build; downloads ask for the same one. */
export const CLI_VERSION = '1.5.1';

export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'switchyard');
}

export const cachedCli = (env: NodeJS.ProcessEnv): string =>
  join(cacheFolder(env), `temporal-cli-${CLI_VERSION}`, 'temporal');
