import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CLI_VERSION, cachedCli, cacheFolder } from './cache-folder.js';
import { runCommand } from './run-command.js';

const MODULE = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`;
const REPORT_EVERY_MS = 10_000;
const BUILD_LIMIT_MS = 30 * 60_000;

/** Go refuses to work when it can derive none of its folders from HOME. */
function goFolders(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env.HOME) return {};
  const root = cacheFolder(env);
  return {
    GOPATH: env.GOPATH || join(root, 'go'),
    GOCACHE: env.GOCACHE || join(root, 'go-build'),
  };
}

/**
 * Builds the CLI into the cache; about three minutes on two cores.
 * @throws Error with the last lines of `go install`
 */
export async function buildCliWithGo(
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<string> {
  const target = cachedCli(env);
  await mkdir(cacheFolder(env), { recursive: true });
  const workshop = await mkdtemp(`${dirname(target)}.building-`);
  const startedAt = Date.now();
  progress(`Building the Temporal server with \`go install ${MODULE}\`: about three minutes, once`);
  const report = setInterval(() => {
    progress(`Building the Temporal server: ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }, REPORT_EVERY_MS);
  try {
    const built = await runCommand('go', ['install', MODULE], {
      env: { ...env, ...goFolders(env), GOBIN: workshop },
      timeoutMs: BUILD_LIMIT_MS,
      cwd: workshop,
    });
    if (!built.ok) throw new Error(`go install failed: ${built.output}`);
    await mkdir(dirname(target), { recursive: true });
    await chmod(join(workshop, 'temporal'), 0o755);
    await rename(join(workshop, 'temporal'), target);
  } finally {
    clearInterval(report);
    await rm(workshop, { recursive: true, force: true });
  }
  return target;
}
