import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporalServer } from '../support/temporal-server.js';

const PROGRAM = new URL('./runtime-program.ts', import.meta.url).pathname;

async function worker(address: string) {
  const running = spawn(process.execPath, ['--import', 'tsx', PROGRAM, address]);
  onTestFinished(() => void running.kill('SIGKILL'));
  const printed = { out: '', err: '' };
  running.stdout.on('data', (chunk: Buffer) => {
    printed.out += chunk.toString();
  });
  running.stderr.on('data', (chunk: Buffer) => {
    printed.err += chunk.toString();
  });
  const saw = (text: string) => expect.poll(() => printed.out).toContain(text);
  return { running, printed, saw };
}

describe('installRuntime', () => {
  it('sends every line to the logger and leaves signals and the console alone', async () => {
    const server = await temporalServer();
    onTestFinished(() => server.stop());
    const { running, printed, saw } = await worker(server.address);
    await saw('"state":"RUNNING"');
    await server.kill();
    // Long enough for the polls to fail several times, of which Core would tell the console.
    await sleep(4_000);
    await server.restart();
    running.kill('SIGTERM');
    await saw('SIGTERM leaves the worker RUNNING');
    running.kill('SIGINT');
    await once(running, 'close');
    expect(printed.err).toBe('');
    const lines = printed.out.trim().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed.at(-1)).toEqual({ level: 'info', message: 'over' });
    const itRuns = { level: 'info', message: 'Worker state changed', state: 'RUNNING' };
    expect(parsed).toContainEqual(expect.objectContaining(itRuns));
  });
});
