import { z } from 'zod';
import { parseWireJson } from '../../contract/wire-json.js';

/** The words are for people; a page of them would only fill histories. */
const MAX_INFO_CHARS = 200;

const envelope = z.object({
  ActionStatus: z.string().optional().catch(undefined),
  ErrorCode: z.int(),
  ErrorInfo: z.string().optional().catch(undefined),
  RequestId: z.string().optional().catch(undefined),
  Response: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

export interface Envelope {
  readonly code: number;
  readonly info?: string;
  readonly requestId?: string;
  readonly response: Readonly<Record<string, unknown>>;
}

const json = (text: string): unknown => {
  try {
    return parseWireJson(text);
  } catch {
    return undefined;
  }
};

/**
 * Takes what the documents' own samples leave out (`ErrorInfo`, `RequestId`, `Response`), and
 * `undefined` for what says neither success nor failure.
 */
export function readEnvelope(text: string): Envelope | undefined {
  const read = envelope.safeParse(json(text));
  if (!read.success) return undefined;
  const { ActionStatus, ErrorCode, ErrorInfo, RequestId, Response } = read.data;
  // A FAIL with code 0 contradicts itself: it is no success, and no failure of a known kind.
  if (ErrorCode === 0 && ActionStatus !== undefined && ActionStatus !== 'OK') return undefined;
  return {
    code: ErrorCode,
    response: Response ?? {},
    ...(ErrorInfo ? { info: ErrorInfo.slice(0, MAX_INFO_CHARS) } : {}),
    ...(RequestId ? { requestId: RequestId } : {}),
  };
}
