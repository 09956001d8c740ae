import type { EventPosition, HistoryPosition } from '../service/call-history.js';
import { invalidParameter } from './invalid-parameter.js';

const DEFAULT_LIMIT = 50;

export const limitOf = ({ limit }: { readonly limit?: string | undefined }): number =>
  Number(limit ?? DEFAULT_LIMIT);

/** Where a page ended, as a text that says nothing to whoever carries it. */
export const cursorOf = ({ createdAt, callId }: HistoryPosition): string =>
  Buffer.from(`${createdAt}.${callId}`).toString('base64url');

/** @throws CallError 40001 unless `cursorOf` wrote it. */
export function readCursor(cursor: string): HistoryPosition {
  const [, createdAt, callId] =
    /^(\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const position = { createdAt: Number(createdAt), callId: Number(callId) };
  if (Number.isSafeInteger(position.createdAt) && Number.isSafeInteger(position.callId)) {
    return position;
  }
  throw invalidParameter('cursor must be the next_cursor of a page');
}

/** @throws CallError 40001 when it is an event of another call. */
export function readEventId(eventId: string, callId: number): EventPosition {
  const [call, version, nth] = eventId.split('-').map(Number);
  if (call !== callId)
    throw invalidParameter('after must be the event_id of an event of this call');
  return { version: version ?? 0, nth: nth ?? 0 };
}
