import type {
  BodyOf,
  DataOf,
  ParamsOf,
  QueryOf,
  RouteName,
  StreamName,
} from '../contract/routes.js';
import { parseWireJson, writeWireJson } from '../contract/wire-json.js';
import { ApiError } from './api-error.js';
import { ENDPOINTS, type Endpoint } from './endpoints.js';
import { type EventsWanted, resumedEvents, type StreamedEvent } from './event-stream.js';

export interface ClientSettings {
  readonly baseUrl: string;
  /** A function is asked for one at each request, so that a stream outlives its token. */
  readonly token: string | (() => string | Promise<string>);
  /** The user every request is made for, with a service token. */
  readonly actingUser?: string;
  /** How long an answer is waited for; 10 s unless given. */
  readonly timeoutMs?: number;
}

export interface RequestOptions {
  /** Makes a repeated create answer with the call that the first one created. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** Ids of calls and deliveries are numbers, those of endpoints text; a user's may need 64 bits. */
type ParamsArgument<N extends RouteName> =
  ParamsOf<N> extends undefined
    ? []
    : [params: { readonly [P in keyof ParamsOf<N>]: ParamType<P> }];
type ParamType<P> = P extends 'endpointId' ? string : P extends 'userId' ? string | bigint : number;
type PathParams = Readonly<Record<string, string | number | bigint>>;
type QueryArgument<N extends RouteName> = QueryOf<N> extends undefined ? [] : [query: QueryOf<N>];
type BodyArgument<N extends RouteName> = BodyOf<N> extends undefined ? [] : [body: BodyOf<N>];

/**
 * One method per route. Resolves with `data`; rejects with `ApiError` when the API refuses, with a
 * `TimeoutError` or `AbortError` when no answer came, and with `TypeError` when nobody was reached.
 * `streamEvents` gives the events one by one and takes up a lost connection where it was lost.
 */
export type Client = {
  readonly [N in Exclude<RouteName, StreamName>]: (
    ...args: [
      ...ParamsArgument<N>,
      ...QueryArgument<N>,
      ...BodyArgument<N>,
      options?: RequestOptions,
    ]
  ) => Promise<DataOf<N>>;
} & {
  streamEvents(
    wanted: EventsWanted,
    options?: Pick<RequestOptions, 'signal'>,
  ): AsyncGenerator<StreamedEvent, void>;
};

type QueryMembers = Readonly<Record<string, string | undefined>>;

const DEFAULT_TIMEOUT_MS = 10_000;

export function createClient(settings: ClientSettings): Client {
  const methods = (Object.keys(ENDPOINTS) as RouteName[]).map((name) => [
    name,
    (...args: unknown[]) => request(settings, name, args),
  ]);
  return { ...Object.fromEntries(methods), streamEvents: streaming(settings) } as Client;
}

const streaming =
  (settings: ClientSettings): Client['streamEvents'] =>
  ({ after, ...query }, { signal } = {}) =>
    resumedEvents((last, stop) => openStream(settings, query, last, stop), after, signal);

async function openStream(
  settings: ClientSettings,
  query: QueryMembers,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(urlOf(settings, ENDPOINTS.streamEvents.path, query), {
    headers: {
      ...(await headersOf(settings, {}, false)),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    signal,
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (isStream && response.body !== null) return response.body;
  throw new Error(`not a stream: ${JSON.stringify(await dataOf(response))}`);
}

const filled = (path: string, params: PathParams): string =>
  path.replace(/\{(\w+)\}/, (_whole, name: string) => encodeURIComponent(String(params[name])));

function urlOf({ baseUrl }: ClientSettings, path: string, query: QueryMembers): URL {
  const url = new URL(path, baseUrl);
  for (const [member, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(member, value);
  }
  return url;
}

async function request(
  settings: ClientSettings,
  name: RouteName,
  args: unknown[],
): Promise<unknown> {
  const { method, path, query: takesQuery, body: takesBody }: Endpoint = ENDPOINTS[name];
  const params = path.includes('{') ? (args.shift() as PathParams) : {};
  const query = takesQuery ? (args.shift() as QueryMembers) : {};
  const body = takesBody ? (args.shift() as object) : undefined;
  const options = (args.shift() ?? {}) as RequestOptions;
  const url = urlOf(settings, filled(path, params), query);
  const response = await fetch(url, {
    method: method.toUpperCase(),
    headers: await headersOf(settings, options, body !== undefined),
    signal: signalOf(settings, options),
    ...(body !== undefined && { body: writeWireJson(body) }),
  });
  return dataOf(response);
}

async function headersOf(
  { token, actingUser }: ClientSettings,
  { idempotencyKey }: RequestOptions,
  hasBody: boolean,
): Promise<Record<string, string>> {
  return {
    authorization: `Bearer ${typeof token === 'string' ? token : await token()}`,
    ...(hasBody && { 'content-type': 'application/json' }),
    ...(actingUser !== undefined && { 'x-acting-user': actingUser }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
}

function signalOf(
  { timeoutMs = DEFAULT_TIMEOUT_MS }: ClientSettings,
  { signal }: RequestOptions,
): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

/** @throws Error when something between here and the API answered in its place. */
async function dataOf(response: Response): Promise<unknown> {
  const envelope = readEnvelope(await response.text());
  if (envelope === undefined) throw new Error(`not an answer of the API: HTTP ${response.status}`);
  if (envelope.code === 0) return envelope.data;
  const retryAfter = response.headers.get('retry-after');
  throw new ApiError(
    envelope.code,
    envelope.message,
    retryAfter === null ? undefined : Number(retryAfter),
  );
}

interface Envelope {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

function readEnvelope(text: string): Envelope | undefined {
  try {
    const value = parseWireJson(text) as Partial<Envelope> | null;
    return typeof value?.code === 'number' ? (value as Envelope) : undefined;
  } catch {
    return undefined;
  }
}
