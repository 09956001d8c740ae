import { access, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cachedCli } from '../../../src/engine/embedded/cache-folder.js';
import { findCli } from '../../../src/engine/embedded/find-cli.js';
import { scratchFolder, script } from '../../support/scratch.js';

const CLI = 'echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"';

/** A machine without Temporal, Go, caches or a network. */
async function bareMachine(more: NodeJS.ProcessEnv = {}) {
  const root = await scratchFolder();
  const env = {
    HOME: join(root, 'home'),
    PATH: join(root, 'bin'),
    HTTPS_PROXY: 'http://127.0.0.1:1',
    ...more,
  };
  const lines: string[] = [];
  const find = (configured?: string) =>
    findCli({ configured, env, progress: (line) => lines.push(line) });
  return { root, env, lines, find, onPath: (name: string) => join(root, 'bin', name) };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('finding a Temporal CLI', () => {
  it('takes the configured one before PATH, PATH before the cache, and the cache last', async () => {
    const { root, env, find, onPath } = await bareMachine();
    const cached = await script(cachedCli(env), CLI);
    expect(await find()).toEqual({ path: cached, source: 'cache' });
    const installed = await script(onPath('temporal'), CLI);
    expect(await find()).toEqual({ path: installed, source: 'PATH' });
    const configured = await script(join(root, 'mine'), CLI);
    expect(await find(configured)).toEqual({ path: configured, source: 'TEMPORAL_CLI' });
  });

  it('refuses a configured path that is no CLI although PATH has one', async () => {
    const { root, find, onPath } = await bareMachine();
    await script(onPath('temporal'), CLI);
    const absent = join(root, 'absent');
    await expect(find(absent)).rejects.toThrow(
      `TEMPORAL_CLI=${absent} cannot be used: there is no executable file`,
    );
    const broken = await script(join(root, 'broken'), 'echo out of order; exit 3');
    await expect(find(broken)).rejects.toThrow(
      `TEMPORAL_CLI=${broken} cannot be used: out of order`,
    );
    const other = await script(join(root, 'other'), 'echo hello');
    await expect(find(other)).rejects.toThrow(
      `TEMPORAL_CLI=${other} cannot be used: it is not the Temporal CLI`,
    );
  });

  it('passes over a `temporal` on PATH that is something else, and says so', async () => {
    const { env, lines, find, onPath } = await bareMachine();
    const other = await script(onPath('temporal'), 'echo hello');
    const cached = await script(cachedCli(env), CLI);
    expect(await find()).toEqual({ path: cached, source: 'cache' });
    expect(lines).toEqual([`Passing over ${other}: it is not the Temporal CLI`]);
  });

  it('builds the pinned release with Go when the download fails, once', async () => {
    const { root, env, lines, find, onPath } = await bareMachine();
    const body = `echo "$@" >>"${root}/asked"; printf '#!/bin/sh\\n%s\\n' '${CLI}' >"$GOBIN/temporal"`;
    await script(onPath('go'), body);
    expect(await find()).toEqual({ path: cachedCli(env), source: 'go' });
    expect(await find()).toEqual({ path: cachedCli(env), source: 'cache' });
    expect(await readFile(join(root, 'asked'), 'utf8')).toBe(
      'install github.com/temporalio/cli/cmd/temporal@v1.5.1\n',
    );
    expect(lines).toEqual([
      'Downloading the Temporal server (CLI 1.5.1)',
      'The download failed',
      'Building the Temporal server with `go install github.com/temporalio/cli/cmd/temporal@v1.5.1`: about three minutes, once',
    ]);
  });

  it('gives Go folders of its own where there is no HOME', async () => {
    const cache = await scratchFolder();
    const { root, find, onPath } = await bareMachine({ HOME: '', XDG_CACHE_HOME: cache });
    const body = `echo "$GOPATH $GOCACHE" >"${root}/folders"; printf '#!/bin/sh\\n%s\\n' '${CLI}' >"$GOBIN/temporal"`;
    await script(onPath('go'), body);
    expect((await find()).source).toBe('go');
    expect(await readFile(join(root, 'folders'), 'utf8')).toBe(
      `${cache}/switchyard/go ${cache}/switchyard/go-build\n`,
    );
  });

  it('never takes the remains of a build that failed for a CLI', async () => {
    const { env, find, onPath } = await bareMachine();
    const body = `printf '#!/bin/sh\\n%s\\n' '${CLI}' >"$GOBIN/temporal"; echo disk full >&2; exit 1`;
    await script(onPath('go'), body);
    await expect(find()).rejects.toThrow('(failed: go install failed: disk full)');
    expect(await exists(cachedCli(env))).toBe(false);
  });

  it('names every way to get a server when there is none', async () => {
    const { find } = await bareMachine();
    const failure = await find().then(
      () => 'found',
      (error: Error) => error.message,
    );
    expect(failure.split('\n').map((line) => line.replace(/failed: .*/, 'failed: …'))).toEqual([
      'No Temporal server at hand. Any one of these is enough:',
      '  - TEMPORAL_CLI: the path of a `temporal` binary',
      '  - `temporal` on PATH (https://docs.temporal.io/cli)',
      '  - access to https://temporal.download, to fetch it (failed: …',
      '  - `go` on PATH, to build it (failed: …',
      'Or set TEMPORAL_ADDRESS to a server that is already running.',
    ]);
  });

  it('gives up a download that never begins after ten seconds', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    const address = await new Promise<number>((resolve) => {
      silent.once('listening', () => {
        const bound = silent.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
      });
    });
    const { find } = await bareMachine({ HTTPS_PROXY: `http://127.0.0.1:${address}` });
    const startedAt = Date.now();
    await expect(find()).rejects.toThrow('(failed: nothing arrived within 10 s)');
    expect(Date.now() - startedAt).toBeLessThan(15_000);
  });
});
