import type { RouteName } from '../../src/contract/routes.js';
import { ROUTES } from '../../src/contract/routes.js';
import { parseWireJson, writeWireJson } from '../../src/contract/wire-json.js';
import { userToken } from './tokens.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly code: number;
  readonly message: string;
  readonly data: Record<string, unknown> | null;
}

export interface RawRequest {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is written as JSON; text and bytes are sent as they are, as JSON by name. */
  readonly body?: object | string | Uint8Array;
}

/** One request with nothing between the test and the wire. */
export async function send(url: string, request: RawRequest = {}): Promise<RawAnswer> {
  const { token, headers, body } = request;
  const response = await fetch(url, {
    method: request.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: bytesOf(body) }),
    redirect: 'manual',
  });
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    // It does not end by itself: that it was opened is the answer.
    await response.body?.cancel();
    const { status, headers } = response;
    return { status, headers, text: '', code: 0, message: '', data: null };
  }
  const text = await response.text();
  const { code, message, data } = envelopeOf(text);
  return { status: response.status, headers: response.headers, text, code, message, data };
}

const bytesOf = (body: object | string | Uint8Array): string | Uint8Array<ArrayBuffer> => {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : writeWireJson(body);
};

type Envelope = Pick<RawAnswer, 'code' | 'message' | 'data'>;

function envelopeOf(text: string): Envelope {
  try {
    return parseWireJson(text) as Envelope;
  } catch {
    return { code: Number.NaN, message: text, data: null };
  }
}

/** Sends to a route of the table as a user. */
export async function sendAs(
  baseUrl: string,
  userId: string,
  name: RouteName,
  { callId = 0, ...request }: RawRequest & { readonly callId?: number | string } = {},
): Promise<RawAnswer> {
  const { method, path } = ROUTES[name];
  const url = baseUrl + path.replace('{callId}', String(callId));
  return send(url, { token: await userToken(userId), method: method.toUpperCase(), ...request });
}
