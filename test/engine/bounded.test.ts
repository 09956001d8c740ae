import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bounded, TIMED_OUT } from '../../src/engine/bounded.js';

describe('a bounded wait', () => {
  it('ends where nothing comes', async () => {
    expect(await bounded(new Promise(() => undefined), 20)).toBe(TIMED_OUT);
  });

  it('takes an answer that came while this process was busy beyond the bound', async () => {
    // From here the loop goes on with its timers, and reads what has come after them.
    await new Promise(setImmediate);
    const answer = stat('.');
    const waiting = bounded(answer, 20);
    const busyUntil = performance.now() + 300;
    while (performance.now() < busyUntil) continue;
    expect(await waiting).not.toBe(TIMED_OUT);
  });
});
