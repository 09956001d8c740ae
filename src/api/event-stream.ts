import { once } from 'node:events';
import type { Response } from 'express';
import { eventView } from '../contract/event-view.js';
import { wireTime } from '../contract/view.js';
import { writeWireJson } from '../contract/wire-json.js';
import { CallError } from '../service/call-error.js';
import type { EventStreams, UserEvent } from '../service/event-streams.js';
import { factsOf } from './answer.js';
import type { ApiCall } from './api-call.js';
import { invalidParameter } from './invalid-parameter.js';

export interface EventStreamSettings {
  readonly streams: EventStreams;
  /** How often a stream without news says that it is there. */
  readonly keepAliveMs: number;
  /** How long a reader may take to read what was sent. */
  readonly slowReaderMs: number;
}

type Call = ApiCall<'streamEvents'>;

/** After a lost connection a browser waits this long. */
const RETRY_MS = 1_000;
/** Every stream ends once a day: what follows comes over a new connection, to a new token. */
const LONGEST_MS = 24 * 60 * 60 * 1_000;

/**
 * Server-sent events (HTML Living Standard, 9.2) for one device, until it goes, its token expires or
 * it does not read. Nothing waits in memory for a slow reader but the page that is being sent.
 */
export async function streamEvents(
  { streams, keepAliveMs, slowReaderMs }: EventStreamSettings,
  call: Call,
  res: Response,
): Promise<void> {
  const { userId, until, query } = call;
  const from = positionOf(call);
  if (streams.isClosed()) throw new CallError(50301);
  const { after, gap } = await streams.start(userId, from);
  // Whoever left meanwhile has said so, once and to nobody.
  if (res.destroyed) return;
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  res.once('error', () => gone.abort());
  let wasBehind = false;
  const keepAlive = setInterval(() => {
    if (res.writableNeedDrain && wasBehind) res.destroy();
    wasBehind = res.writableNeedDrain;
    if (!wasBehind) res.write(':\n\n');
  }, keepAliveMs);
  const expiry = setTimeout(() => gone.abort(), Math.min(until - Date.now(), LONGEST_MS));
  try {
    open(res, after, gap);
    for await (const page of streams.follow(userId, after, gone.signal)) {
      for (const event of page.filter((each) => concerns(each, query.terminal_id))) {
        if (gone.signal.aborted) break;
        if (res.write(frame(event))) continue;
        await once(res, 'drain', { signal: AbortSignal.any([gone.signal, timeout(slowReaderMs)]) });
      }
    }
    res.end();
  } catch {
    // Whoever reads resumes after what was read last.
    res.destroy();
  } finally {
    clearInterval(keepAlive);
    clearTimeout(expiry);
  }
}

const timeout = (ms: number): AbortSignal => AbortSignal.timeout(ms);

function open(res: Response, after: number, gap: boolean): void {
  factsOf(res).isStream = true;
  res.status(200).set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  const opened = { type: 'stream.opened', server_time: wireTime(Date.now()), gap };
  res.write(`retry: ${RETRY_MS}\n${message(after, opened)}`);
}

const frame = (event: UserEvent): string => message(event.seq, eventView(event, Date.now()));

/** JSON of ours has no line breaks. */
const message = (id: number, data: { readonly type: string }): string =>
  `id: ${id}\nevent: ${data.type}\ndata: ${writeWireJson(data)}\n\n`;

/** The terminal that answered need not be told that it was answered elsewhere. */
const concerns = ({ event }: UserEvent, terminalId: string): boolean =>
  event.why !== 'answered_elsewhere' || event.terminalId !== terminalId;

/** @throws CallError 40001 for a `Last-Event-ID` that is none of ours. */
function positionOf({ query, header }: Call): number | undefined {
  const last = header('Last-Event-ID') ?? query.after;
  if (last === undefined || last === '') return undefined;
  if (!/^\d{1,15}$/.test(last)) {
    throw invalidParameter('Last-Event-ID must be the id of an event of the stream');
  }
  return Number(last);
}
