import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findCli } from '../../../src/engine/embedded/find-cli.js';
import { identityOf } from '../../../src/engine/embedded/process-identity.js';
import {
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from '../../../src/engine/embedded/server.js';
import { child } from '../../support/child.js';
import { freePort } from '../../support/free-port.js';
import { scratchFolder, script } from '../../support/scratch.js';

const PROGRAM = new URL('./server-program.ts', import.meta.url);
const WEEK_SECONDS = 7 * 24 * 3_600;

let cli = '';
beforeAll(async () => {
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const { env } = process;
  cli = (await findCli({ configured: env.TEMPORAL_CLI || undefined, env, progress })).path;
}, 1_200_000);

async function setUp(change: Partial<EmbeddedServerOptions> = {}) {
  const lines: string[] = [];
  const options = {
    cli,
    directory: await scratchFolder(),
    namespace: 'default',
    port: await freePort(),
    uiPort: 0,
    progress: (line: string) => void lines.push(line),
    ...change,
  };
  const start = async (again: Partial<EmbeddedServerOptions> = {}) => {
    const server = await startEmbeddedServer({ ...options, ...again });
    onTestFinished(() => server.stop());
    return server;
  };
  return { options, lines, start };
}

/** A server whose parent is killed as soon as `moment` has come. */
async function orphan(options: EmbeddedServerOptions, moment: 'answers' | 'recorded') {
  const parent = await child(PROGRAM, JSON.stringify(options));
  const record = () => readFile(join(options.directory, 'temporal.pid'), 'utf8').catch(() => '');
  if (moment === 'answers') await parent.line();
  else while (!(await record()).endsWith('\n')) await sleep(1);
  await parent.kill();
  const pid = Number((await record()).split(' ')[0]);
  onTestFinished(() => {
    if (identityOf(pid) !== undefined) process.kill(pid, 'SIGKILL');
  });
  return pid;
}

async function retentionSeconds(address: string, namespace: string): Promise<number> {
  const connection = await Connection.connect({ address });
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  await connection.close();
  return config?.workflowExecutionRetentionTtl?.seconds?.toNumber() ?? 0;
}

async function taken(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function aliasOf(path: string): Promise<string> {
  const alias = join(await scratchFolder(), 'temporal');
  await symlink(path, alias);
  return alias;
}

/** A stop signal reaches a program with many threads a moment after it was sent. */
async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  const isStopped = async () => /\) T /.test(await readFile(`/proc/${pid}/stat`, 'utf8'));
  while (!(await isStopped())) await sleep(5);
}

function idleProcess(): ChildProcess & { pid: number } {
  const idle = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void idle.kill());
  if (idle.pid === undefined) throw new Error('sleep did not start');
  return Object.assign(idle, { pid: idle.pid });
}

describe('the embedded Temporal server', () => {
  it('keeps closed calls for a week, serves its UI, and is gone after stop', async () => {
    const { start, options } = await setUp({ namespace: 'calls' });
    const server = await start();
    expect(server).toMatchObject({ address: `127.0.0.1:${options.port}`, adopted: false });
    expect(await retentionSeconds(server.address, 'calls')).toBe(WEEK_SECONDS);
    expect((await fetch(server.uiUrl)).status).toBe(200);
    // The write-ahead log exists only while a database in that mode is open.
    await expect(readFile(join(options.directory, 'temporal.db-wal'))).resolves.toBeInstanceOf(
      Buffer,
    );
    await server.stop();
    expect(identityOf(server.pid)).toBeUndefined();
    await expect(fetch(server.uiUrl)).rejects.toThrow('fetch failed');
  });

  it('runs on after its parent was killed and is adopted by the next start', async () => {
    const { start, options, lines } = await setUp();
    const pid = await orphan(options, 'answers');
    const server = await start();
    expect(server).toMatchObject({ pid, adopted: true, address: `127.0.0.1:${options.port}` });
    expect(lines).toEqual([]);
    await server.stop();
    expect(identityOf(pid)).toBeUndefined();
    expect((await start()).adopted).toBe(false);
  });

  it('is found again when its parent was killed before it answered', async () => {
    const { start, options } = await setUp();
    const pid = await orphan(options, 'recorded');
    const server = await start();
    // Adopted, or ended and replaced: either way it is the only one.
    expect(identityOf(pid) !== undefined).toBe(server.adopted);
    expect(server.pid === pid).toBe(server.adopted);
    expect(await retentionSeconds(server.address, 'default')).toBe(WEEK_SECONDS);
  });

  it.each([
    { what: 'on another port', change: async () => ({ port: await freePort() }) },
    { what: 'from another binary', change: async () => ({ cli: await aliasOf(cli) }) },
  ])('is ended and started anew when it was started $what', async ({ change }) => {
    const { start, options, lines } = await setUp();
    const pid = await orphan(options, 'answers');
    const changed = { ...options, ...(await change()) };
    const server = await start(changed);
    expect(server).toMatchObject({ adopted: false, address: `127.0.0.1:${changed.port}` });
    expect(identityOf(pid)).toBeUndefined();
    expect(lines).toEqual([`Ending a leftover Temporal server (process ${pid})`]);
  });

  it('is ended and started anew when it no longer answers', async () => {
    const { start, options, lines } = await setUp();
    const pid = await orphan(options, 'answers');
    await freeze(pid);
    const server = await start();
    expect(server.adopted).toBe(false);
    expect(identityOf(pid)).toBeUndefined();
    expect(lines).toEqual([`Ending a leftover Temporal server (process ${pid})`]);
  });

  it('leaves alone a later process that got the pid of a dead server', async () => {
    const { start, options, lines } = await setUp();
    const first = await start();
    const record = await readFile(join(options.directory, 'temporal.pid'), 'utf8');
    await first.stop();
    const idle = idleProcess();
    await writeFile(
      join(options.directory, 'temporal.pid'),
      record.replace(/^\d+/, String(idle.pid)),
    );
    expect((await start()).adopted).toBe(false);
    expect(lines).toEqual([]);
    expect(identityOf(idle.pid)).toBeDefined();
  });

  it('starts over from a database whose first start was cut short', async () => {
    const { start, options } = await setUp();
    await writeFile(join(options.directory, 'temporal.db'), 'half a schema');
    expect((await start()).adopted).toBe(false);
  });

  it('names the port that is taken and the variable that changes it', async () => {
    const { start } = await setUp();
    const port = await taken();
    const reason = `Port ${port} cannot be used (listen EADDRINUSE: address already in use 127.0.0.1:${port})`;
    await expect(start({ port })).rejects.toThrow(
      `${reason}: set TEMPORAL_EMBEDDED_PORT to another port`,
    );
    await expect(start({ uiPort: port })).rejects.toThrow(
      `${reason}: set TEMPORAL_EMBEDDED_UI_PORT to another port`,
    );
  });

  it('is tried again when it ends at once, as it does when its inner ports are taken', async () => {
    const folder = await scratchFolder();
    const body = `if [ ! -e ${folder}/tried ]; then touch ${folder}/tried; exit 1; fi; exec ${cli} "$@"`;
    const { start } = await setUp({ cli: await script(join(folder, 'temporal'), body) });
    expect((await start()).adopted).toBe(false);
  });

  it('tells why it ended at once, and where its log is', async () => {
    const folder = await scratchFolder();
    const broken = await script(
      join(folder, 'temporal'),
      'echo starting; echo out of order; exit 3',
    );
    const { start } = await setUp({ cli: broken });
    await expect(start()).rejects.toThrow(
      /^The Temporal server ended at once \(out of order\): see \S*temporal\.log$/,
    );
  });
});
