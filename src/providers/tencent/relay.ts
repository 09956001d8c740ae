import { Agent, request } from 'undici';
import type { CallbackRelay } from '../../ports/callback-targets.js';

const DEADLINE_MS = 5_000;
const MAX_ANSWER_BYTES = 65_536;

/** Appends to the URL what Tencent would have appended, and sends the body byte for byte. */
export function createCallbackRelay(): CallbackRelay & { close(): Promise<void> } {
  const dispatcher = new Agent({ maxResponseSize: MAX_ANSWER_BYTES });
  return {
    async deliver({ query, body }, { url }) {
      try {
        const answer = await request(appended(url, query), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          dispatcher,
          signal: AbortSignal.timeout(DEADLINE_MS),
        });
        await answer.body.dump();
        if (answer.statusCode === 200) return { kind: 'taken' };
        return { kind: 'not-taken', why: `HTTP ${answer.statusCode}` };
      } catch (error) {
        const why = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
        return { kind: 'not-taken', why };
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** Not by `URLSearchParams`: it would write the query of the backend anew. */
function appended(url: string, query: string): string {
  const [address = ''] = url.split('#');
  return `${address}${address.includes('?') ? '&' : '?'}${query}`;
}
