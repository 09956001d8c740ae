import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { cacheFolder } from '../../src/engine/embedded/cache-folder.js';
import { isRunnable, onPath } from '../../src/engine/embedded/executables.js';
import { runCommand } from '../../src/engine/embedded/run-command.js';
import { downloadBySdk } from '../../src/engine/embedded/sdk-download.js';

const VERSION = '1.38.0';
const MAVEN_LIMIT_MS = 10 * 60_000;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId>
    <version>${VERSION}</version>
  </dependency></dependencies>
</project>
`;

/** `exec`, so that ending the script ends the server. */
const SCRIPT = `#!/bin/sh
exec java -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`;

interface Search {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
}

const folderOf = (env: NodeJS.ProcessEnv): string =>
  join(cacheFolder(env), `temporal-test-server-${VERSION}`);

async function fetchByMaven({ env, progress }: Search): Promise<string> {
  const folder = folderOf(env);
  await mkdir(cacheFolder(env), { recursive: true });
  const workshop = await mkdtemp(`${folder}.building-`);
  progress(
    `Fetching the time-skipping test server ${VERSION} by Maven: about twenty seconds, once`,
  );
  try {
    await writeFile(join(workshop, 'pom.xml'), POM);
    await writeFile(join(workshop, 'server.sh'), SCRIPT);
    await chmod(join(workshop, 'server.sh'), 0o755);
    const home = env.HOME ? [] : [`-Dmaven.repo.local=${join(cacheFolder(env), 'maven')}`];
    const goal = [
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      '-DoutputDirectory=lib',
    ];
    const fetched = await runCommand('mvn', ['-B', '-q', ...home, ...goal], {
      env,
      timeoutMs: MAVEN_LIMIT_MS,
      cwd: workshop,
    });
    if (!fetched.ok) throw new Error(`Maven failed: ${fetched.output}`);
    await rm(folder, { recursive: true, force: true });
    await rename(workshop, folder);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
  return join(folder, 'server.sh');
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

async function downloadOrFetch(search: Search): Promise<string> {
  const target = join(folderOf(search.env), 'downloaded');
  const download = await downloadBySdk(search.env, {
    server: 'createTimeSkipping',
    version: 'default',
    target,
  }).then(
    () => undefined,
    (error: unknown) => messageOf(error),
  );
  if (download === undefined) return target;
  const tools = await Promise.all([onPath('mvn', search.env), onPath('java', search.env)]);
  const maven = tools.includes(undefined)
    ? 'there is no `mvn` or no `java`'
    : await fetchByMaven(search).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      );
  if (maven === undefined) return join(folderOf(search.env), 'server.sh');
  throw new Error(
    [
      'No time-skipping test server at hand. Any one of these is enough:',
      '  - TEMPORAL_TEST_SERVER: the path of a `temporal-test-server` binary',
      `  - access to https://temporal.download, to fetch it (failed: ${download})`,
      `  - Java and Maven on PATH, to fetch it from Maven Central (failed: ${maven})`,
    ].join('\n'),
  );
}

/**
 * Path of something that starts the time-skipping server when given a port.
 * @throws Error that says what to install
 */
export async function findTimeSkippingServer(search: Search): Promise<string> {
  const configured = search.env.TEMPORAL_TEST_SERVER;
  if (configured) {
    if (await isRunnable(configured)) return configured;
    throw new Error(`TEMPORAL_TEST_SERVER=${configured} is not an executable file`);
  }
  for (const name of ['downloaded', 'server.sh']) {
    const cached = join(folderOf(search.env), name);
    if (await isRunnable(cached)) return cached;
  }
  return downloadOrFetch(search);
}

/** The SDK gives it five seconds to start, which is not always enough on a busy machine. */
const MOST_STARTS = 10;

/** An environment whose clock leaps over waiting times; `teardown` ends its server. */
export async function timeSkippingServer(
  env: NodeJS.ProcessEnv = process.env,
): Promise<TestWorkflowEnvironment> {
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const path = await findTimeSkippingServer({ env, progress });
  for (let tries = 1; ; tries += 1) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path } },
      });
    } catch (error) {
      if (tries === MOST_STARTS) throw error;
    }
  }
}
