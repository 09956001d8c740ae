import { createHash } from 'node:crypto';
import { writeWireJson } from '../contract/wire-json.js';
import { invalidParameter } from './invalid-parameter.js';

export const IDEMPOTENCY_KEY_HEADER = 'Idempotency-Key';

/** @throws CallError 40001 unless the key is 1 to 255 visible ASCII characters, or absent. */
export function idempotencyOf(
  key: string | undefined,
  body: object,
): { readonly key: string; readonly bodyHash: string } | undefined {
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidParameter(`${IDEMPOTENCY_KEY_HEADER} must be 1 to 255 visible ASCII characters`);
  }
  return { key, bodyHash: hashOf(body) };
}

/** The order of members, white space and unknown members do not make another request. */
function hashOf(body: object): string {
  const members = Object.entries(body)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(writeWireJson(members)).digest('hex');
}
