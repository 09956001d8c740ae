import { Pool } from 'undici';
import type { PhoneEvidence } from '../../ports/telephony.js';
import { requestFaultOf } from '../request-fault.js';
import { type Verdict, verdictOf } from './codes.js';
import { type Members, readMessage, textOf, writeXml } from './message.js';
import { type Credentials, sign } from './signature.js';

const VERSION = '/2013-12-26';
/** A placing is given up by its activity after eight seconds, and may need a sub-account first. */
const DEADLINE_MS = 3_500;
/** Within the deadline, so that "nobody was reached" is told apart from "nobody answered". */
const CONNECT_WITHIN_MS = 2_500;
/** Shorter than servers commonly keep an idle connection: one that is being closed loses a request. */
const KEEP_ALIVE_MS = 4_000;
const CONNECTIONS = 64;
const MAX_ANSWER_BYTES = 65_536;

export interface RestSettings {
  /** Where the API is, for example `https://app.cloopen.com:8883`. */
  readonly url: string;
  readonly account: Credentials;
}

export interface Reply {
  readonly verdict: Verdict;
  readonly evidence: PhoneEvidence;
  readonly members: Members;
}

export interface Ask {
  readonly level: 'Accounts' | 'SubAccounts';
  readonly by: Credentials;
  /** Below the account, for example `Calls/Callback`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** `xml` where the provider understands nothing else. */
  readonly format?: 'json' | 'xml';
  readonly body: Members;
}

export interface Rest {
  /** Answers within 3.5 s, and never throws. */
  post(ask: Ask): Promise<Reply>;
  close(): Promise<void>;
}

const silent = (fault: PhoneEvidence['fault'], httpStatus?: number): Reply => ({
  verdict:
    fault === 'not-sent' ? { kind: 'refused', reason: 'not_sent' } : { kind: 'outcome-unknown' },
  evidence: { ...(fault && { fault }), ...(httpStatus !== undefined && { httpStatus }) },
  members: {},
});

/** Every client that could be read goes by the code in the body, whatever the HTTP status says. */
function spoken(text: string, httpStatus: number): Reply {
  const members = readMessage(text)?.members;
  const code = members && textOf(members, 'statusCode');
  if (members !== undefined && code !== undefined) {
    return { verdict: verdictOf(code), evidence: { code }, members };
  }
  return httpStatus === 200 ? silent('unreadable') : silent('http-status', httpStatus);
}

/** Yuntongxun's REST API of 2013-12-26 over a pool of kept connections. Nothing is sent twice. */
export function createRest({ url }: Pick<RestSettings, 'url'>): Rest {
  const base = new URL(url);
  const pool = new Pool(base.origin, {
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_WITHIN_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // One deadline of ours bounds the whole exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async post({ level, by, path, query = {}, format = 'json', body }) {
      const { sig, authorization } = sign(by, Date.now());
      const type = `application/${format};charset=utf-8`;
      const below = `${base.pathname.replace(/\/$/, '')}${VERSION}/${level}/${encodeURIComponent(by.sid)}`;
      try {
        const answer = await pool.request({
          method: 'POST',
          path: `${below}/${path}?${new URLSearchParams({ sig, ...query }).toString()}`,
          headers: { accept: type, 'content-type': type, authorization },
          body: format === 'xml' ? writeXml(body) : JSON.stringify(body),
          signal: AbortSignal.timeout(DEADLINE_MS),
        });
        return spoken(await answer.body.text(), answer.statusCode);
      } catch (error) {
        return silent(requestFaultOf(error));
      }
    },
    close: () => pool.destroy(),
  };
}
