import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createQualitySamples } from '../../src/store/quality-samples.js';
import { DATABASES, type OpenedStore } from './stores.js';

describe.each(DATABASES)('quality samples on $name', ({ open }) => {
  let store: OpenedStore;
  const failures: unknown[] = [];
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());

  const written = (callId: number) =>
    store.rows(sql`
      select user_id, terminal_id, quality, at::int from quality_samples
      where call_id = ${callId} order by user_id, terminal_id`);
  const sample = (callId: number, quality: string, at: number, userId = '1') => ({
    callId,
    userId,
    terminalId: 'phone',
    quality,
    at,
  });

  it('keeps the latest of each terminal, within a batch and between batches', async () => {
    const samples = createQualitySamples(store.database, (error) => failures.push(error));
    samples.keep(sample(1, 'good', 1));
    samples.keep(sample(1, 'poor', 3));
    samples.keep(sample(1, 'late', 2));
    samples.keep(sample(1, 'fair', 1, '2'));
    await samples.flush();
    samples.keep(sample(1, 'older', 2));
    await samples.close();
    expect(await written(1)).toEqual([
      { user_id: '1', terminal_id: 'phone', quality: 'poor', at: 3 },
      { user_id: '2', terminal_id: 'phone', quality: 'fair', at: 1 },
    ]);
    expect(failures).toEqual([]);
  });

  it('writes more than one statement can hold', async () => {
    const samples = createQualitySamples(store.database, (error) => failures.push(error));
    for (let user = 0; user < 15_000; user += 1) samples.keep(sample(2, 'good', 1, String(user)));
    await samples.close();
    expect(await written(2)).toHaveLength(15_000);
    expect(failures).toEqual([]);
  });
});
