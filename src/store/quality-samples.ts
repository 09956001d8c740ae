import { lte, sql } from 'drizzle-orm';
import type { QualitySample, QualitySamples } from '../ports/quality-samples.js';
import { StoreUnavailable } from '../ports/reservations.js';
import { storable } from './columns.js';
import type { Database, Queries } from './database.js';
import { qualitySamples } from './schema.js';

const FLUSH_EVERY_MS = 10_000;
const BATCH = 1_000;
/** Enough for a long absence of the store; beyond it the oldest are given up. */
const MOST_WAITING = 50_000;

export interface BatchedQualitySamples extends QualitySamples {
  /** Writes what waits; while the store is away it waits on. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** `onError` hears why a batch could not be written. */
export function createQualitySamples(
  database: Database,
  onError: (error: unknown) => void,
): BatchedQualitySamples {
  const waiting = new Map<string, QualitySample>();
  let flushing = Promise.resolve();

  const keep = (sample: QualitySample): void => {
    const key = storable(`${sample.callId}/${sample.userId}/${sample.terminalId}`);
    if ((waiting.get(key)?.at ?? 0) > sample.at) return;
    waiting.delete(key);
    waiting.set(key, sample);
    const [oldest] = waiting.keys();
    if (waiting.size > MOST_WAITING && oldest !== undefined) waiting.delete(oldest);
  };

  const writeAll = async (): Promise<void> => {
    while (waiting.size > 0) {
      const batch = [...waiting].slice(0, BATCH);
      for (const [key] of batch) waiting.delete(key);
      const samples = batch.map(([, sample]) => sample);
      try {
        await database.run((queries) => writeBatch(queries, samples));
      } catch (error) {
        if (error instanceof StoreUnavailable) samples.forEach(keep);
        throw error;
      }
    }
  };

  const flush = (): Promise<void> => {
    flushing = flushing.then(writeAll).catch(onError);
    return flushing;
  };
  const timer = setInterval(() => void flush(), FLUSH_EVERY_MS);
  timer.unref();

  return {
    keep,
    flush,
    close: () => {
      clearInterval(timer);
      return flush();
    },
  };
}

/** In one order everywhere, so that two processes with the same terminals do not deadlock. */
const inOrder = (a: QualitySample, b: QualitySample): number =>
  a.callId - b.callId || compare(a.userId, b.userId) || compare(a.terminalId, b.terminalId);
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

async function writeBatch(queries: Queries, samples: QualitySample[]): Promise<void> {
  await queries
    .insert(qualitySamples)
    .values(samples.sort(inOrder))
    .onConflictDoUpdate({
      target: [qualitySamples.callId, qualitySamples.userId, qualitySamples.terminalId],
      set: { quality: sql`excluded.quality`, at: sql`excluded.at` },
      setWhere: lte(qualitySamples.at, sql`excluded.at`),
    });
}
