import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { createClient } from '../../src/client/create-client.js';
import { aCreate } from './http-calls.js';
import {
  answerOf,
  emptyLedger,
  type Heard,
  type InsistentUser,
  insistentUser,
} from './insistent-user.js';
import { userToken } from './tokens.js';

/** A create that was sent once, and what became of it. */
export interface LoneCreate {
  readonly callerId: string;
  readonly calleeId: string;
  readonly answer: Heard['answer'];
  readonly callId?: number;
}

export interface LoneCreates {
  /** A few more at once: those that are on their way when a fault strikes. */
  crowd(): void;
  /**
   * Stops creating. Whoever was told that the outcome is not known, or nothing, asks again until it
   * is known, and every call that is known then is cancelled.
   */
  settled(): Promise<readonly LoneCreate[]>;
  stop(): void;
}

export interface LoneOptions {
  readonly url: string;
  readonly random: () => number;
  readonly patienceMs: number;
  readonly onHeard: (heard: Heard) => void;
}

const EVERY_MS = 1_500;
const CROWD = 6;
/** Few at a time: the crowd that asks again is not what is tried here. */
const SETTLED_AT_ONCE = 4;
let lastUser = 900_000;

/** People who call one after the other, each another callee, and none of them twice. */
export function startLoneCreates(options: LoneOptions): LoneCreates {
  const asked: Promise<LoneCreate>[] = [];
  let over = false;
  const ask = () => {
    const create = createOnce(options);
    create.catch(() => undefined);
    asked.push(create);
  };
  const asking = (async () => {
    while (!over) {
      ask();
      await sleep(EVERY_MS);
    }
  })();
  const stop = () => {
    over = true;
  };
  return {
    crowd: () => Array.from({ length: CROWD }).forEach(ask),
    stop,
    async settled() {
      stop();
      await asking;
      const settling = pLimit(SETTLED_AT_ONCE);
      const creates = await Promise.all(asked);
      return Promise.all(creates.map((each) => settling(() => settle(options, each))));
    },
  };
}

const bodyFor = (calleeId: string) => aCreate({ target_user_id: Number(calleeId) });

async function createOnce({ url, onHeard }: LoneOptions): Promise<LoneCreate> {
  lastUser += 2;
  const [callerId, calleeId] = [String(lastUser), String(lastUser + 1)];
  const caller = createClient({ baseUrl: url, token: await userToken(callerId) });
  const at = Date.now();
  const created = await caller.createCall(bodyFor(calleeId)).catch(answerOf);
  const answer = typeof created === 'object' ? 0 : created;
  onHeard({ name: 'lone create', answer, at, ms: Date.now() - at });
  const parties = { callerId, calleeId, answer };
  return typeof created === 'object' ? { ...parties, callId: Number(created.call_id) } : parties;
}

async function settle(options: LoneOptions, create: LoneCreate): Promise<LoneCreate> {
  const { callerId, answer } = create;
  if (answer !== 0 && answer !== 50401 && answer !== 'unreachable') return create;
  const urls = [options.url];
  const caller = await insistentUser({ ...options, urls, userId: callerId, ledger: emptyLedger() });
  const callId = create.callId ?? (await repeated(caller, create));
  const body = { terminal_id: 'caller-phone' };
  await caller.ask('cancel', (client) => client.cancelCall({ callId }, body));
  return { ...create, callId };
}

async function repeated(caller: InsistentUser, { calleeId }: LoneCreate): Promise<number> {
  const body = bodyFor(calleeId);
  const created = await caller.ask('repeated create', (client) => client.createCall(body));
  if (typeof created === 'number') throw new Error(`a repeat was refused with ${created}`);
  return Number(created.call_id);
}
