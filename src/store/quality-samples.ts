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
  const waiting = createWaiting();
  let flushing = Promise.resolve();

  const writeAll = async (): Promise<void> => {
    for (let batch = waiting.take(); batch.length > 0; batch = waiting.take()) {
      try {
        await database.run((queries) => writeBatch(queries, batch));
      } catch (error) {
        if (error instanceof StoreUnavailable) batch.forEach(waiting.keep);
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
    keep: waiting.keep,
    flush,
    close: () => {
      clearInterval(timer);
      return flush();
    },
  };
}

/** The latest sample of each terminal, oldest first. */
function createWaiting() {
  const samples = new Map<string, QualitySample>();
  return {
    keep(sample: QualitySample): void {
      const key = storable(`${sample.callId}/${sample.userId}/${sample.terminalId}`);
      if ((samples.get(key)?.at ?? 0) > sample.at) return;
      samples.delete(key);
      samples.set(key, sample);
      const [oldest] = samples.keys();
      if (samples.size > MOST_WAITING && oldest !== undefined) samples.delete(oldest);
    },
    take(): QualitySample[] {
      const batch = [...samples].slice(0, BATCH);
      for (const [key] of batch) samples.delete(key);
      return batch.map(([, sample]) => sample);
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
