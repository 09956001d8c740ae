import { randomInt } from 'node:crypto';
import { Pool } from 'undici';
import { writeWireJson } from '../../contract/wire-json.js';
import type { ProviderEvidence } from '../../ports/robot-calls.js';
import { requestFaultOf } from '../request-fault.js';
import { type AdminSigSettings, createAdminSig } from './admin-sig.js';
import { type Verdict, verdictOf } from './codes.js';
import { type Envelope, readEnvelope } from './envelope.js';
import { callRestUrl } from './hosts.js';

/** Tencent gives up on its own backend after 3 s and says so; hanging up earlier loses its word. */
const DEADLINE_MS = 5_000;
/** Within the deadline, so that "nobody was reached" is told apart from "nobody answered". */
const CONNECT_WITHIN_MS = 3_000;
/** A page of records is some kilobytes. */
const MAX_ANSWER_BYTES = 1_048_576;
const CONNECTIONS = 64;
/**
 * Shorter than servers commonly keep an idle connection (5 s and more): a start that meets one
 * being closed has an unknown outcome.
 */
const KEEP_ALIVE_MS = 4_000;

export type Command =
  | 'call_config/set_callback'
  | 'call_config/get_callback'
  | 'call_config/delete_callback'
  | 'call_engine_http_srv/start_call_by_robot'
  | 'call_engine_http_srv/get_call_info'
  | 'call_engine_http_srv/end_call'
  | 'call_record_http_srv/get_record_by_callid'
  | 'call_record_http_srv/get_record_by_filter';

export interface CallRestSettings extends Omit<AdminSigSettings, 'now'> {
  /** A region of `callRestUrl`, or a URL. */
  readonly place: string;
  /** Milliseconds since the epoch; what signatures are dated by. */
  readonly now?: () => number;
}

export interface Reply {
  readonly verdict: Verdict;
  readonly evidence: ProviderEvidence;
  readonly response: Readonly<Record<string, unknown>>;
}

export interface CallRest {
  /** Answers within 5 s, twice that if the signature had to be renewed; never throws. */
  post(command: Command, body: object): Promise<Reply>;
  close(): Promise<void>;
}

const silent = (fault: ProviderEvidence['fault'], httpStatus?: number): Reply => ({
  verdict:
    fault === 'not-sent'
      ? { kind: 'retry-safe', reason: 'unavailable' }
      : { kind: 'outcome-unknown' },
  evidence: { ...(fault && { fault }), ...(httpStatus === undefined ? {} : { httpStatus }) },
  response: {},
});

const spoken = ({ code, info, requestId, response }: Envelope): Reply => ({
  verdict: verdictOf(code),
  evidence: {
    code,
    ...(info === undefined ? {} : { info }),
    ...(requestId === undefined ? {} : { requestId }),
  },
  response,
});

/** Tencent's Call REST API over a pool of kept connections. */
export function createCallRest(settings: CallRestSettings): CallRest {
  const { place, now = Date.now, ...signing } = settings;
  const url = callRestUrl(place);
  const sig = createAdminSig({ ...signing, now });
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_WITHIN_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // One deadline of ours bounds the whole exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const query = (userSig: string) =>
    new URLSearchParams({
      sdkappid: String(settings.sdkAppId),
      identifier: settings.identifier,
      usersig: userSig,
      random: String(randomInt(2 ** 32)),
      contenttype: 'json',
    });

  const send = async (command: Command, body: object, userSig: string): Promise<Reply> => {
    try {
      const answer = await pool.request({
        method: 'POST',
        path: `${url.pathname.replace(/\/$/, '')}/v4/${command}?${query(userSig)}`,
        headers: { 'content-type': 'application/json' },
        body: writeWireJson(body),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const text = await answer.body.text();
      // The truth stands in the body of a 200; another status comes from something in between.
      if (answer.statusCode !== 200) return silent('http-status', answer.statusCode);
      const envelope = readEnvelope(text);
      return envelope === undefined ? silent('unreadable') : spoken(envelope);
    } catch (error) {
      return silent(requestFaultOf(error));
    }
  };

  return {
    async post(command, body) {
      const userSig = sig.current();
      const reply = await send(command, body, userSig);
      if (reply.verdict.kind !== 'sign-again') return reply;
      sig.discard(userSig);
      const again = await send(command, body, sig.current());
      if (again.verdict.kind !== 'sign-again') return again;
      // Signed this moment and expired all the same: one of the two clocks is wrong.
      return { ...again, verdict: { kind: 'refused', reason: 'configuration' } };
    },
    close: () => pool.destroy(),
  };
}
