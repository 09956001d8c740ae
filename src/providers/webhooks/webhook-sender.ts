import { Webhook } from 'standardwebhooks';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type {
  NoRoom,
  WebhookAnswer,
  WebhookAttempt,
  WebhookMessage,
  WebhookSender,
} from '../../ports/webhooks.js';
import { Lanes } from './lanes.js';
import { CONNECT_MS, type Resolve } from './name-lookup.js';
import { addressIn, privateDestination, publicNetworks } from './private-networks.js';
import { retryAfterIn } from './retry-after.js';

/** From the first byte out to the last byte in; Standard Webhooks recommends 15 to 30 seconds. */
const ANSWER_WITHIN_MS = 15_000;
const EXCERPT_BYTES = 512;

export interface WebhookSenderSettings {
  /** Private networks in which endpoints may be nevertheless, as CIDR. */
  readonly allowedNetworks: readonly string[];
  readonly answerWithinMs?: number;
  /** Where names lead; as `createNameLookup` says unless given. */
  readonly resolve?: Resolve;
}

export interface ClosableSender extends WebhookSender {
  close(): Promise<void>;
}

/**
 * Posts messages signed as Standard Webhooks. Redirects are not followed; where a name leads is judged
 * when the connection is made.
 * @throws RangeError for networks that are none.
 */
export function createWebhookSender(settings: WebhookSenderSettings): ClosableSender {
  const { allowedNetworks, answerWithinMs = ANSWER_WITHIN_MS, resolve } = settings;
  const networks = publicNetworks(allowedNetworks, resolve);
  const connect = buildConnector({ timeout: CONNECT_MS, lookup: networks.lookup });
  const agent = new Agent({ connect, connections: null, pipelining: 1 });
  const lanes = new Lanes();

  const post = async (message: WebhookMessage): Promise<WebhookAnswer> => {
    const at = Date.now();
    const begun = performance.now();
    const tell = (rest: Omit<WebhookAttempt, 'at' | 'durationMs'>) => ({
      at,
      durationMs: Math.round(performance.now() - begun),
      ...rest,
    });
    if (message.secrets.length === 0) return tell({ error: 'no secret opens', excerpt: '' });
    try {
      refusePrivate(new URL(message.url), networks.isAllowed);
      const { statusCode, headers, body } = await agent.request({
        ...target(message.url),
        method: 'POST',
        headers: signed(message),
        body: message.body,
        signal: AbortSignal.timeout(answerWithinMs),
      });
      const excerpt = await beginningOf(body);
      const retryAfterMs = retryAfterIn(headers['retry-after'], Date.now());
      const pause = retryAfterMs === undefined ? {} : { retryAfterMs };
      return { ...tell({ httpStatus: statusCode, excerpt }), ...pause };
    } catch (error) {
      return tell({ error: whyNot(error), excerpt: '' });
    }
  };

  return {
    async send(message) {
      const { endpointId } = message;
      const noRoom = lanes.enter(endpointId);
      if (noRoom !== undefined) return notSent(noRoom);
      const answer = await post(message);
      lanes.leave(endpointId, answer.error !== 'timeout');
      return answer;
    },
    objection(url) {
      const parsed = URL.canParse(url) ? new URL(url) : undefined;
      if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
        return 'must be an http or https URL';
      }
      if (parsed.username !== '' || parsed.password !== '') return 'must not contain credentials';
      const address = addressIn(parsed);
      return address !== undefined && !networks.isAllowed(address)
        ? 'must not be in a private network'
        : undefined;
    },
    close: () => agent.destroy(),
  };
}

const notSent = (noRoom: NoRoom): WebhookAnswer => ({
  at: Date.now(),
  durationMs: 0,
  error: `not sent: ${noRoom}`,
  excerpt: '',
  noRoom,
});

/** A host that is an address is never looked up. */
function refusePrivate(url: URL, isAllowed: (address: string) => boolean): void {
  const address = addressIn(url);
  if (address !== undefined && !isAllowed(address)) throw privateDestination(address);
}

function target(url: string): Pick<Dispatcher.RequestOptions, 'origin' | 'path'> {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: pathname + search };
}

/** One signature for each secret that is valid: a receiver may know either. */
function signed({ id, secrets, body }: WebhookMessage): Record<string, string> {
  const now = new Date();
  return {
    'content-type': 'application/json',
    'user-agent': 'Switchyard',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
  };
}

async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early ends the connection: nobody reads on what was not asked for.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= EXCERPT_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, EXCERPT_BYTES).toString('utf8');
}

/** A word or a code, never a message that may repeat what was sent. */
function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'timeout';
  const { code } = error as NodeJS.ErrnoException;
  if (error.name === 'PrivateDestination') return 'private network';
  // Of the connection, and of the name servers.
  const isTimeout = code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEOUT';
  return isTimeout ? 'timeout' : (code ?? error.name);
}
