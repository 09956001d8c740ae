import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratchFolder } from '../../support/scratch.js';
import { temporalServer } from '../../support/temporal-server.js';
import { findTimeSkippingServer, timeSkippingServer } from '../../support/time-skipping-server.js';
import { timed } from '../../support/timed.js';

const BUILD_LIMIT_MS = 1_200_000;
const HOUR_MS = 3_600_000;

async function bareMachine(): Promise<NodeJS.ProcessEnv> {
  const HOME = await scratchFolder();
  return { HOME, PATH: join(HOME, 'bin'), HTTPS_PROXY: 'http://127.0.0.1:1' };
}

async function clientOf(address: string, connectTimeout = 10_000) {
  const connection = await Connection.connect({ address, connectTimeout });
  onTestFinished(() => connection.close());
  return new Client({ connection });
}

describe('temporalServer', () => {
  it('keeps what it acknowledged over a kill when it has a database', {
    timeout: BUILD_LIMIT_MS,
  }, async () => {
    const server = await temporalServer({ database: join(await scratchFolder(), 'kept.db') });
    onTestFinished(() => server.stop());
    const workflow = { workflowId: 'kept', taskQueue: 'nobody-polls-this' };
    await (await clientOf(server.address)).workflow.start('nobody-runs-this', workflow);
    await server.kill();
    await expect(clientOf(server.address, 500)).rejects.toThrow(
      'Failed to connect before the deadline',
    );
    await server.restart();
    const handle = (await clientOf(server.address)).workflow.getHandle('kept');
    expect((await handle.describe()).status.name).toBe('RUNNING');
  });

  it('says within seconds what to install where there is nothing', async () => {
    const env = await bareMachine();
    const told = expect(temporalServer({ env })).rejects.toThrow(
      /^No Temporal server at hand\. Any one/,
    );
    const { ms, slackMs } = await timed(told);
    expect(ms).toBeLessThan(8_000 + slackMs);
  });
});

describe('timeSkippingServer', () => {
  it('leaps over an hour in less than a minute', { timeout: BUILD_LIMIT_MS }, async () => {
    const environment = await timeSkippingServer();
    onTestFinished(() => environment.teardown());
    const before = await environment.currentTimeMs();
    const { ms, slackMs } = await timed(environment.sleep(HOUR_MS));
    expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(HOUR_MS);
    expect(ms).toBeLessThan(60_000 + slackMs);
  });

  it('takes the configured executable and no other', async () => {
    const env = await bareMachine();
    const progress = () => undefined;
    const file = join(env.HOME ?? '', 'server');
    await mkdir(env.PATH ?? '');
    await writeFile(file, '', { mode: 0o755 });
    const find = (TEMPORAL_TEST_SERVER: string) =>
      findTimeSkippingServer({ env: { ...env, TEMPORAL_TEST_SERVER }, progress });
    expect(await find(file)).toBe(file);
    await expect(find('/absent')).rejects.toThrow(
      'TEMPORAL_TEST_SERVER=/absent is not an executable file',
    );
  });

  it('says within seconds what to install where there is nothing', async () => {
    const env = await bareMachine();
    const told = expect(timeSkippingServer(env)).rejects.toThrow(
      /^No time-skipping test server at hand\.[^]*TEMPORAL_TEST_SERVER[^]*temporal\.download[^]*Maven on PATH.*no `mvn`/,
    );
    const { ms, slackMs } = await timed(told);
    expect(ms).toBeLessThan(8_000 + slackMs);
  });
});
