import { Readable } from 'node:stream';
import { Pool } from 'undici';
import type { PassedOn, TencentGate } from '../../ports/tencent-gate.js';
import { callRestUrl } from './hosts.js';

/** Above the three seconds that Tencent gives itself. */
const DEADLINE_MS = 10_000;
const CONNECTIONS = 32;

export interface PassOn {
  readonly send: NonNullable<TencentGate['passOn']>;
  close(): Promise<void>;
}

/** Sends a request on as it came: the signature in it is the sender's own. Sent once. */
export function createPassOn(place: string): PassOn {
  const url = callRestUrl(place);
  const below = url.pathname.replace(/\/$/, '');
  const pool = new Pool(url.origin, { connections: CONNECTIONS });
  return {
    async send({ method, path, headers, body }): Promise<PassedOn | undefined> {
      try {
        const answer = await pool.request({
          method: method as 'POST',
          path: below + path,
          headers,
          ...(body !== undefined && { body: Buffer.isBuffer(body) ? body : Readable.from(body) }),
          signal: AbortSignal.timeout(DEADLINE_MS),
        });
        return {
          status: answer.statusCode,
          contentType: String(answer.headers['content-type'] ?? 'application/json'),
          body: Buffer.from(await answer.body.arrayBuffer()),
        };
      } catch {
        return undefined;
      }
    },
    close: () => pool.close(),
  };
}
