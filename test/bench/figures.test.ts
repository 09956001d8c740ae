import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BARE } from './contenders/bare.js';
import { cpuMsOf, listenerOn, residentKb } from './figures/processes.js';
import { median, percentile } from './figures/statistics.js';
import type { Slot } from './measures/throughput.js';
import { short, times } from './report/markdown.js';
import { callsPerSecond, cpuMs, ratioToBare, slotsOf } from './report/ratios.js';

describe('statistics', () => {
  it('take the smallest value below which the share lies, whatever the order', () => {
    const sample = [9, 1, 8, 2, 7, 3, 6, 4, 5, 10];

    expect(percentile(sample, 0.5)).toBe(5);
    expect(percentile(sample, 0.95)).toBe(10);
    expect(percentile([4], 0.01)).toBe(4);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('take the middle of an odd sample, and between the two of an even one', () => {
    expect(median([10, 1, 5])).toBe(5);
    expect(median([10, 1, 5, 6])).toBe(5.5);
    expect(median([])).toBeNaN();
  });
});

const slot = (contender: string, round: number, speed: number, ms: number, users = 16): Slot => ({
  contender,
  users,
  round,
  paced: false,
  failed: 0,
  callsPerSecond: speed,
  cpuMsPerCall: { one: ms / 4, other: (ms * 3) / 4 },
  steps: { create: [], accept: [], join: [], hangup: [] },
});

describe('a ratio to bare Temporal', () => {
  // The second round ran on a machine that was four times as busy.
  const slots = [
    slot(BARE, 0, 100, 20),
    slot('ours', 0, 50, 40),
    slot('ours', 1, 15, 160),
    slot(BARE, 1, 25, 80),
    slot(BARE, 2, 100, 20),
    slot('ours', 2, 40, 50),
    slot(BARE, 0, 7, 1, 64),
  ];
  const ours = slotsOf(slots, { contender: 'ours', users: 16 });

  it('compares within a round, so that a busy machine disturbs neither', () => {
    expect(ratioToBare(slots, ours, callsPerSecond)).toEqual({
      median: 0.5,
      lowest: 0.4,
      highest: 0.6,
    });
    expect(ratioToBare(slots, ours, cpuMs)).toEqual({ median: 2, lowest: 2, highest: 2.5 });
  });

  it('is told with its range, in three digits', () => {
    expect(times(ratioToBare(slots, ours, callsPerSecond))).toBe('0.50 × (0.40–0.60)');
    expect([0.123, 12.34, 1234.5, Number.NaN].map(short)).toEqual(['0.12', '12.3', '1235', '–']);
  });
});

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

describe('processes', () => {
  it('are charged for the time they work, and not for the time they wait', async () => {
    const [before, begun] = [cpuMsOf(process.pid), cpuMicros()];
    let root = 0;
    while (cpuMicros() < begun + 300_000) {
      for (let number = 0; number < 1_000_000; number += 1) root += Math.sqrt(number);
    }
    expect(root).toBeGreaterThan(0);
    const worked = cpuMsOf(process.pid) - before;

    expect(worked).toBeGreaterThanOrEqual(250);
    expect(cpuMsOf(2 ** 22 + 1)).toBe(0);
  });

  it('are found by the port they listen on', async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');

    expect(listenerOn(address.port)).toBe(process.pid);
    expect(listenerOn(1)).toBeUndefined();
  });

  it('weigh what is resident', () => {
    expect(residentKb(process.pid)).toBeCloseTo(process.memoryUsage().rss / 1_024, -5);
  });
});
