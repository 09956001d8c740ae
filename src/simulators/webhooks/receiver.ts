import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackServer, readBody, serveOnLoopback } from '../loopback-server.js';

/** A webhook whose signature was verified. */
export interface ReceivedWebhook {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly path: string;
  /** How many of the signatures it had were ours. */
  readonly signatures: number;
}

/** How one request is answered: a status with headers, silence, or a broken connection. */
export type WebhookReply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'silence'
  | 'break';

export interface ReceiverSettings {
  readonly port?: number;
  /** `whsec_` and base64; every one that is accepted now. */
  readonly secrets: () => readonly string[];
  /** How a good request is answered; 204 unless given. */
  readonly reply?: (webhook: ReceivedWebhook) => WebhookReply;
  /** Hears of each good request that is answered with success. */
  readonly onWebhook?: (webhook: ReceivedWebhook) => void;
}

export interface WebhookReceiver extends LoopbackServer {
  /** In the order of their arrival, repeats included, whatever was answered. */
  readonly received: readonly ReceivedWebhook[];
  /** Requests that were refused because nothing or nobody we know signed them. */
  readonly refused: () => number;
}

/** Standard Webhooks 1.0: a request that is older or newer than this is refused. */
const TOLERANCE_SECONDS = 300;

/** A backend that takes webhooks and believes only what is signed with its secret. */
export async function startWebhookReceiver(settings: ReceiverSettings): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  let refused = 0;
  const server = await serveOnLoopback(settings.port ?? 0, async (request, response) => {
    const webhook = await readWebhook(request, settings.secrets());
    if (webhook === undefined) {
      refused += 1;
      response.writeHead(401).end('not signed by anybody known here');
      return;
    }
    received.push(webhook);
    answer(response, settings.reply?.(webhook) ?? { status: 204 }, () =>
      settings.onWebhook?.(webhook),
    );
  });
  return { ...server, received, refused: () => refused };
}

function answer(response: ServerResponse, reply: WebhookReply, onSuccess: () => void): void {
  if (reply === 'silence') return;
  if (reply === 'break') {
    response.socket?.destroy();
    return;
  }
  if (reply.status >= 200 && reply.status < 300) onSuccess();
  response.writeHead(reply.status, reply.headers).end();
}

async function readWebhook(
  request: IncomingMessage,
  secrets: readonly string[],
): Promise<ReceivedWebhook | undefined> {
  const body = await readBody(request);
  const id = header(request.headers, 'webhook-id');
  const time = header(request.headers, 'webhook-timestamp');
  const given = header(request.headers, 'webhook-signature').split(' ');
  const age = Math.abs(Date.now() / 1_000 - Number(time));
  if (id === '' || !(age <= TOLERANCE_SECONDS)) return undefined;
  const ours = secrets.map((secret) => signatureOf(secret, `${id}.${time}.${body}`));
  const signatures = given.filter((each) => ours.some((our) => isSame(each, our))).length;
  if (signatures === 0) return undefined;
  const { type } = JSON.parse(body) as { type: string };
  return { id, type, body, path: request.url ?? '', signatures };
}

const header = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

function signatureOf(secret: string, content: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

function isSame(given: string, ours: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(ours)];
  return one.length === other.length && timingSafeEqual(one, other);
}
