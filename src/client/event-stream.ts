import type { QueryOf, StreamedData } from '../contract/routes.js';
import { parseWireJson } from '../contract/wire-json.js';
import { ApiError } from './api-error.js';

/** One event of the stream; `id` is what to go on after, in another process or another day. */
export interface StreamedEvent {
  readonly id: string;
  readonly event: StreamedData;
}

export type EventsWanted = Omit<QueryOf<'streamEvents'>, 'access_token'>;

/** Opens the stream after `lastEventId`; rejects with `ApiError` when the API refuses. */
export type OpenStream = (
  lastEventId: string | undefined,
  signal: AbortSignal,
) => Promise<ReadableStream<Uint8Array>>;

/** Three signs of life that did not come: the connection is dead, though nobody said so. */
const SILENCE_MS = 45_000;
const AGAIN_MS = 500;
const AGAIN_AT_MOST_MS = 10_000;

/**
 * The events of a stream, each once and in order, over as many connections as it takes. It goes on
 * until `signal` is aborted, or the API refuses for good: a token that has expired, for example.
 */
export async function* resumedEvents(
  open: OpenStream,
  after: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamedEvent, void> {
  let last = after;
  let failures = 0;
  while (!signal?.aborted) {
    const silence = createSilence(signal);
    try {
      const stream = await open(last, silence.signal);
      for await (const each of messagesIn(stream, silence.broken)) {
        failures = 0;
        last = each.id;
        yield each;
      }
    } catch (error) {
      if (error instanceof ApiError && !isPassing(error)) throw error;
    } finally {
      silence.stop();
    }
    failures += 1;
    if (!signal?.aborted) await pause(pauseAfter(failures), signal);
  }
}

const isPassing = ({ code }: ApiError): boolean => code === 42901 || code >= 50_000;

/** At random, so that not all devices come back in the same moment. */
const pauseAfter = (failures: number): number =>
  Math.min(AGAIN_AT_MOST_MS, AGAIN_MS * 2 ** (failures - 1)) * (0.5 + Math.random());

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(stop, ms);
    signal?.addEventListener('abort', stop);
  });

/** Aborts when nothing is heard for too long, or when the reader wants no more. */
function createSilence(stop: AbortSignal | undefined) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let timer = setTimeout(abort, SILENCE_MS);
  stop?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    broken() {
      clearTimeout(timer);
      timer = setTimeout(abort, SILENCE_MS);
    },
    stop() {
      clearTimeout(timer);
      stop?.removeEventListener('abort', abort);
      abort();
    },
  };
}

/** What a stream says, message by message; comments are only signs of life. */
async function* messagesIn(
  stream: ReadableStream<Uint8Array>,
  heard: () => void,
): AsyncGenerator<StreamedEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const message = messageOf(block);
        if (message !== undefined) yield message;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function messageOf(block: string): StreamedEvent | undefined {
  const lines = block.split('\n');
  const field = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const [id, data] = [field('id'), field('data')];
  if (id === undefined || data === undefined) return undefined;
  return { id, event: parseWireJson(data) as StreamedData };
}
