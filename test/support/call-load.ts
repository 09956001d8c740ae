import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../src/client/create-client.js';
import type { DataOf } from '../../src/contract/routes.js';
import { aCreate } from './http-calls.js';
import {
  emptyLedger,
  type Heard,
  type InsistentUser,
  insistentUser,
  type Ledger,
} from './insistent-user.js';
import { randomFrom } from './random.js';

type State = DataOf<'hangupCall'>;

/** What the parties of one call were told, all of it acknowledged. */
export interface ToldCall {
  readonly callId: number;
  readonly ending: 'hangup' | 'rejected' | 'cancelled';
  /** The answer to the command that ended it. */
  readonly end: State;
  readonly endedBy: string;
  readonly reason: string;
  /** Of the callee's terminal that was told it has the call. */
  readonly acceptedOn: string | null;
}

/** Versions that each ending has when every command took effect exactly once. */
export const VERSION_AT_END = { hangup: 5, rejected: 2, cancelled: 2 } as const;

export interface CallLoad {
  readonly seed: number;
  readonly ledger: Ledger;
  /** Calls that were acknowledged and are not yet over. */
  live(): number;
  /** Lets every call come to its end. Rejects if anything was answered that should not be. */
  finished(): Promise<readonly ToldCall[]>;
}

export interface LoadOptions {
  /** Of the processes that are asked, at random. */
  readonly urls: readonly string[];
  readonly seed: number;
  /** How many calls are under way at a time. */
  readonly pairs?: number;
  readonly patienceMs?: number;
  readonly onHeard?: (heard: Heard) => void;
  readonly onScript?: (script: Script) => void;
}

/** A call from its first request to its last answer. */
export interface Script {
  readonly call: ToldCall;
  readonly from: number;
  readonly until: number;
}

const PAUSE_MS = 80;
const LONG_PAUSE_MS = 900;
let lastUser = 700_000;

/** Pairs of people who call each other's kind again and again, each time as somebody new. */
export function startLoad(options: LoadOptions): CallLoad {
  const { seed, pairs = 8, onScript } = options;
  const told: ToldCall[] = [];
  const load = { over: false, live: 0 };
  const ledger = emptyLedger();
  const keepCalling = async (random: () => number): Promise<void> => {
    while (!load.over) {
      const script = await oneCall({ ...options, ledger, random, load });
      onScript?.(script);
      told.push(script.call);
    }
  };
  const running = Promise.all(
    Array.from({ length: pairs }, (_, pair) => keepCalling(randomFrom(seed + pair))),
  );
  running.catch(() => undefined);
  return {
    seed,
    ledger,
    live: () => load.live,
    async finished() {
      load.over = true;
      await running;
      return told;
    },
  };
}

interface Pair extends Pick<LoadOptions, 'urls' | 'patienceMs' | 'onHeard'> {
  readonly ledger: Ledger;
  readonly random: () => number;
  readonly load: { live: number };
}

interface People {
  readonly caller: InsistentUser;
  readonly callee: InsistentUser;
  readonly callerId: string;
  readonly calleeId: string;
}

async function oneCall(pair: Pair): Promise<Script> {
  const { random, load } = pair;
  lastUser += 2;
  const [callerId, calleeId] = [String(lastUser), String(lastUser + 1)];
  const from = Date.now();
  const [caller, callee] = await Promise.all(
    [callerId, calleeId].map((userId) => insistentUser({ ...pair, userId })),
  );
  if (caller === undefined || callee === undefined) throw new Error('nobody to call');
  const body = aCreate({ target_user_id: Number(calleeId) });
  // With or without a key, a repeated create must be one call.
  const options = random() < 0.5 ? { idempotencyKey: `key-${callerId}` } : {};
  const created = given(await caller.ask('create', (c) => c.createCall(body, options)));
  const id = { callId: Number(created.call_id) };
  load.live += 1;
  const rest = await carryOn(pair, { caller, callee, callerId, calleeId }, id);
  load.live -= 1;
  return { call: { ...id, ...rest }, from, until: Date.now() };
}

type CallId = { readonly callId: number };

async function carryOn(pair: Pair, people: People, id: CallId): Promise<Omit<ToldCall, 'callId'>> {
  const { caller, callee, callerId, calleeId } = people;
  const pause = () => sleep(pair.random() * (pair.random() < 0.3 ? LONG_PAUSE_MS : PAUSE_MS));
  const reason = `reason ${id.callId}`;
  const by = (terminal_id: string) => ({ terminal_id, reason });
  const kind = pair.random();
  await pause();
  if (kind < 0.15) {
    const end = given(await callee.ask('reject', (c) => c.rejectCall(id, by('phone'))));
    return { ending: 'rejected', end, endedBy: calleeId, reason, acceptedOn: null };
  }
  if (kind < 0.3) {
    const end = given(await caller.ask('cancel', (c) => c.cancelCall(id, by('caller-phone'))));
    return { ending: 'cancelled', end, endedBy: callerId, reason, acceptedOn: null };
  }
  await converse(people, id, pause);
  const byCaller = pair.random() < 0.5;
  const hangUp = (c: Client) => c.hangupCall(id, by(byCaller ? 'caller-phone' : 'phone'));
  const end = given(await (byCaller ? caller : callee).ask('hangup', hangUp));
  const endedBy = byCaller ? callerId : calleeId;
  return { ending: 'hangup', end, endedBy, reason, acceptedOn: 'phone' };
}

async function converse({ caller, callee }: People, id: CallId, pause: () => Promise<void>) {
  const joined = (terminal_id: string) => ({ terminal_id, stage: 'joined' });
  given(await callee.ask('accept', (c) => c.acceptCall(id, { terminal_id: 'phone' })));
  const tablet = await callee.ask('late accept', (c) =>
    c.acceptCall(id, { terminal_id: 'tablet' }),
  );
  if (tablet !== 41006) throw new Error(`call ${id.callId}: a second terminal has the call too`);
  await pause();
  given(await caller.ask('join', (c) => c.reportMediaState(id, joined('caller-phone'))));
  given(await callee.ask('join', (c) => c.reportMediaState(id, joined('phone'))));
  await pause();
}

function given<T>(answer: T | number): T {
  if (typeof answer === 'number') throw new Error(`refused with ${answer}`);
  return answer;
}

/** What was acknowledged, refused and sent again, on one line that also says how to repeat it. */
export function sayLoad(what: string, { seed, ledger }: CallLoad, more: object): void {
  process.stdout.write(`${what}, seed ${seed}: ${JSON.stringify({ ...ledger, ...more })}\n`);
}
