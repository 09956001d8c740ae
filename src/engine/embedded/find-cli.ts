import { CLI_VERSION, cachedCli } from './cache-folder.js';
import { isRunnable, onPath } from './executables.js';
import { buildCliWithGo } from './go-build.js';
import { runCommand } from './run-command.js';
import { downloadBySdk } from './sdk-download.js';

export interface FoundCli {
  readonly path: string;
  readonly source: 'TEMPORAL_CLI' | 'PATH' | 'cache' | 'download' | 'go';
}

export interface FindCli {
  /** The setting TEMPORAL_CLI: used or refused, never passed over. */
  readonly configured?: string | undefined;
  /** PATH, HOME, XDG_CACHE_HOME and what the helpers of a build or download need. */
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
}

const VERSION_LIMIT_MS = 10_000;

/** `undefined` when it runs and is the Temporal CLI, else what is wrong with it. */
async function flawOf(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!(await isRunnable(path))) return 'there is no executable file';
  const { ok, output } = await runCommand(path, ['--version'], {
    env,
    timeoutMs: VERSION_LIMIT_MS,
  });
  if (ok && output.startsWith('temporal version')) return undefined;
  return ok ? 'it is not the Temporal CLI' : output || 'it fails';
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

function noneFound(reasons: { readonly download: string; readonly go: string }): Error {
  return new Error(
    [
      'No Temporal server at hand. Any one of these is enough:',
      '  - TEMPORAL_CLI: the path of a `temporal` binary',
      '  - `temporal` on PATH (https://docs.temporal.io/cli)',
      `  - access to https://temporal.download, to fetch it (failed: ${reasons.download})`,
      `  - \`go\` on PATH, to build it (failed: ${reasons.go})`,
      'Or set TEMPORAL_ADDRESS to a server that is already running.',
    ].join('\n'),
  );
}

async function downloadOrBuild({ env, progress }: FindCli): Promise<FoundCli> {
  progress(`Downloading the Temporal server (CLI ${CLI_VERSION})`);
  try {
    const path = await downloadBySdk(env, {
      server: 'createLocal',
      version: `v${CLI_VERSION}`,
      target: cachedCli(env),
    });
    return { path, source: 'download' };
  } catch (error) {
    const download = messageOf(error);
    progress('The download failed');
    if ((await onPath('go', env)) === undefined) {
      throw noneFound({ download, go: 'there is no `go`' });
    }
    try {
      return { path: await buildCliWithGo(env, progress), source: 'go' };
    } catch (buildError) {
      throw noneFound({ download, go: messageOf(buildError) });
    }
  }
}

/** @throws Error naming every way to get a server when there is none. */
export async function findCli(wish: FindCli): Promise<FoundCli> {
  const { configured, env } = wish;
  if (configured !== undefined) {
    const flaw = await flawOf(configured, env);
    if (flaw !== undefined) throw new Error(`TEMPORAL_CLI=${configured} cannot be used: ${flaw}`);
    return { path: configured, source: 'TEMPORAL_CLI' };
  }
  const installed = await onPath('temporal', env);
  if (installed !== undefined) {
    const flaw = await flawOf(installed, env);
    if (flaw === undefined) return { path: installed, source: 'PATH' };
    wish.progress(`Passing over ${installed}: ${flaw}`);
  }
  const cached = cachedCli(env);
  if ((await flawOf(cached, env)) === undefined) return { path: cached, source: 'cache' };
  return downloadOrBuild(wish);
}
