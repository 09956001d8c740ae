import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '../../src/client/api-error.js';
import type { Client } from '../../src/client/create-client.js';

/** Longer than a busy machine keeps an answer back. */
const PATIENCE_MS = 60_000;
const AGAIN_AFTER_MS = 100;
/** Nothing was sent, or the outcome is not known yet. */
const REPEAT_CODES: readonly number[] = [50301, 50401];

/** Repeats a request as a client is told to, where the bounds of an answer are not what is tried. */
export async function insist<T>(request: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await request().catch((error: unknown) => error);
    if (!(answer instanceof Error)) return answer as T;
    const repeat = answer instanceof ApiError && REPEAT_CODES.includes(answer.code);
    if (!repeat || performance.now() > until) throw answer;
    await pause(AGAIN_AFTER_MS);
  }
}

/** A client that insists on every answer. */
export function insistent(client: Client): Client {
  const { streamEvents, ...asking } = client;
  const methods = Object.entries(asking).map(([name, send]) => [
    name,
    (...args: never[]) => insist(() => (send as (...given: never[]) => Promise<unknown>)(...args)),
  ]);
  return { ...Object.fromEntries(methods), streamEvents } as Client;
}
