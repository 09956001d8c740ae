import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { mintToken } from '../../../src/api/auth/mint-token.js';
import { AUTH } from '../../support/tokens.js';
import type { CallFlow } from './orders.js';
import { serveOrders } from './serve-orders.js';

export interface HttpSettings {
  readonly url: string;
}

const FIRST_USER = 9_007_199_254_740_993_001n;
/** Ids are as long as they may be; nobody is called again before a while. */
const PAIRS = 12_000;
const TOKEN_SECONDS = 7_200;
const REASON = 'r'.repeat(50);
const RETRY_MS = 50;
const RETRIES_MS = 120_000;
/** Not sent, or outcome not known: the same command may be sent again. */
const AGAIN: readonly number[] = [50301, 50401];

interface Envelope {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly call_id: number };
}
interface Answer extends Envelope {
  readonly retryAfterMs: number;
}

const { url } = JSON.parse(process.argv[2] ?? '') as HttpSettings;
const target = new URL(url);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const tokens = new Map<string, string>();
const people = new Map<string, { readonly caller: string; readonly callee: string }>();
let lastPair = -1;

/** As after a login: no call waits for a token to be signed. */
async function mintTokens(): Promise<void> {
  for (let user = 0; user < PAIRS * 2; user += 1) {
    const userId = String(FIRST_USER + BigInt(user));
    tokens.set(userId, await mintToken(AUTH, { userId, ttlSeconds: TOKEN_SECONDS }));
  }
}

function post(path: string, userId: string, body: string): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${tokens.get(userId)}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const { hostname, port } = target;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      const retryAfter = answer.headers['retry-after'];
      const retryAfterMs = retryAfter === undefined ? RETRY_MS : Number(retryAfter) * 1_000;
      answer.on('end', () => resolve({ ...(JSON.parse(text) as Envelope), retryAfterMs }));
    });
    sent.on('error', reject).end(body);
  });
}

async function insist(path: string, userId: string, body: string): Promise<Envelope['data']> {
  const until = performance.now() + RETRIES_MS;
  for (;;) {
    const { code, message, data, retryAfterMs } = await post(path, userId, body);
    if (code === 0) return data;
    if (!AGAIN.includes(code) || performance.now() > until) throw new Error(`${path}: ${message}`);
    await sleep(retryAfterMs);
  }
}

const sideOf = (id: string, side: 'caller' | 'callee') => ({
  userId: people.get(id)?.[side] ?? '',
  terminal_id: `${side}-phone`,
});

const flow: CallFlow = {
  async create(ringSeconds) {
    lastPair = (lastPair + 1) % PAIRS;
    const caller = String(FIRST_USER + BigInt(lastPair * 2));
    const callee = String(FIRST_USER + BigInt(lastPair * 2 + 1));
    // Written by hand: a number of JavaScript would round these ids.
    const body = `{"conversation_id":9007199254740993999,"target_user_id":${callee},"call_type":"video","biz_type":"single","terminal_id":"caller-phone","timeout_seconds":${ringSeconds}}`;
    const id = String((await insist('/api/calls/session', caller, body)).call_id);
    people.set(id, { caller, callee });
    return id;
  },
  async accept(id) {
    const { userId, terminal_id } = sideOf(id, 'callee');
    await insist(`/api/calls/${id}/accept`, userId, JSON.stringify({ terminal_id }));
  },
  async join(id, side) {
    const { userId, terminal_id } = sideOf(id, side);
    const body = JSON.stringify({ terminal_id, stage: 'joined' });
    await insist(`/api/calls/${id}/media-state`, userId, body);
  },
  async hangup(id) {
    const { userId, terminal_id } = sideOf(id, 'caller');
    const body = JSON.stringify({ terminal_id, reason: REASON });
    await insist(`/api/calls/${id}/hangup`, userId, body);
    people.delete(id);
  },
};
await mintTokens();
serveOrders(flow);
