import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../src/client/api-error.js';
import { type Client, createClient } from '../../src/client/create-client.js';
import { userToken } from './tokens.js';

type Counts = Record<string, number>;

/** How often each command was acknowledged, refused and sent again, by its name and the answer. */
export interface Ledger {
  readonly acknowledged: Counts;
  readonly refused: Counts;
  readonly retried: Counts;
}
export const emptyLedger = (): Ledger => ({ acknowledged: {}, refused: {}, retried: {} });

const REPEAT_CODES: readonly number[] = [42901, 50301, 50401];
const UNREACHABLE_PAUSE_MS = 100;
const GIVE_UP_MS = 90_000;

/** Sends to one of the processes at a time, and again where a client is told to send again. */
export interface InsistentUser {
  /** The answer, or the code of a refusal. */
  ask<T>(name: string, send: (client: Client) => Promise<T>): Promise<T | number>;
}

/** One request and what came of it. */
export interface Heard {
  readonly name: string;
  /** 0, the code of a refusal, or `unreachable` where nobody answered. */
  readonly answer: number | 'unreachable';
  readonly at: number;
  readonly ms: number;
}

export interface InsistentOptions {
  readonly urls: readonly string[];
  readonly userId: string;
  /** In the place of the user's own. */
  readonly token?: string;
  readonly ledger: Ledger;
  readonly random: () => number;
  /** How long it goes on without an answer that counts; 90 s unless given. */
  readonly patienceMs?: number;
  readonly onHeard?: (heard: Heard) => void;
}

export async function insistentUser(options: InsistentOptions): Promise<InsistentUser> {
  const { urls, userId, ledger, random, patienceMs = GIVE_UP_MS, onHeard } = options;
  const token = options.token ?? (await userToken(userId));
  const clients = urls.map((baseUrl) => createClient({ baseUrl, token }));
  const anyClient = () => clients[Math.floor(random() * clients.length)] as Client;
  return {
    async ask(name, send) {
      const until = Date.now() + patienceMs;
      for (;;) {
        const at = Date.now();
        const heard = (answer: Heard['answer']) =>
          onHeard?.({ name, answer, at, ms: Date.now() - at });
        try {
          const answer = await send(anyClient());
          heard(0);
          count(ledger.acknowledged, name);
          return answer;
        } catch (error) {
          heard(answerOf(error));
          const again = whenToRepeat(error);
          if (again === undefined) return refused(ledger, name, error);
          count(ledger.retried, `${name} ${again.why}`);
          if (Date.now() > until) throw new Error(`${name}: no answer in time`, { cause: error });
          await sleep(again.afterMs);
        }
      }
    },
  };
}

/** @throws what is no answer, and no sign that none came either. */
export function answerOf(error: unknown): Heard['answer'] {
  if (error instanceof ApiError) return error.code;
  if (isLost(error)) return 'unreachable';
  throw error;
}

const isLost = (error: unknown): boolean =>
  error instanceof TypeError || (error as Error).name === 'TimeoutError';

function refused(ledger: Ledger, name: string, error: unknown): number {
  if (!(error instanceof ApiError)) throw error;
  count(ledger.refused, `${name} ${error.code}`);
  return error.code;
}

function whenToRepeat(error: unknown): { why: string; afterMs: number } | undefined {
  if (error instanceof ApiError) {
    if (!REPEAT_CODES.includes(error.code)) return undefined;
    return { why: String(error.code), afterMs: (error.retryAfter ?? 1) * 1_000 };
  }
  return isLost(error) ? { why: 'unreachable', afterMs: UNREACHABLE_PAUSE_MS } : undefined;
}

function count(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** How often it happened to any command. */
export const total = (counts: Counts, ending = ''): number =>
  Object.entries(counts).reduce((sum, [key, n]) => sum + (key.endsWith(ending) ? n : 0), 0);
