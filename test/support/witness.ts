import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '../../src/client/create-client.js';
import { send } from './api-client.js';
import type { ToldCall } from './call-load.js';
import { aCreate, codeOr } from './http-calls.js';
import { emptyLedger, type Heard, type InsistentUser, insistentUser } from './insistent-user.js';
import { userToken } from './tokens.js';

export interface Witnessed {
  /** Every status that was read. */
  readonly statuses: readonly string[];
  /** `engine/store` as `/readyz` named them. */
  readonly readiness: readonly string[];
  readonly call: ToldCall;
}

export interface Witness {
  hangUp(): Promise<Witnessed>;
  /** Looks no more. */
  stop(): void;
}

export interface WitnessOptions {
  readonly url: string;
  readonly random: () => number;
  readonly patienceMs: number;
  readonly onHeard: (heard: Heard) => void;
}

const LOOK_EVERY_MS = 1_000;
let lastUser = 1_000_000;

/**
 * A conversation that lasts through a fault. Until it is hung up its state is read, and whether the
 * process is alive, which asks nobody else, and ready.
 */
export async function startWitness(options: WitnessOptions): Promise<Witness> {
  lastUser += 2;
  const [callerId, calleeId] = [String(lastUser), String(lastUser + 1)];
  const asPerson = (userId: string) =>
    insistentUser({ ...options, urls: [options.url], userId, ledger: emptyLedger() });
  const [caller, callee] = [await asPerson(callerId), await asPerson(calleeId)];
  const id = await converse(caller, callee, Number(calleeId));
  const reader = createClient({ baseUrl: options.url, token: await userToken(callerId) });
  const [statuses, readiness] = [new Set<string>(), new Set<string>()];
  const look = () =>
    Promise.all([
      readState(options, reader.getCallState(id), statuses),
      readHealth(options, 'readyz', readiness),
      readHealth(options, 'healthz', new Set()),
    ]);
  let over = false;
  const looking = (async () => {
    while (!over) {
      await look();
      await sleep(LOOK_EVERY_MS);
    }
  })();
  looking.catch(() => undefined);
  const stop = () => {
    over = true;
  };
  return {
    stop,
    async hangUp() {
      stop();
      await looking;
      const body = { terminal_id: 'caller-phone', reason: 'done' };
      const end = given(await caller.ask('hangup', (client) => client.hangupCall(id, body)));
      const why = { endedBy: callerId, reason: 'done', acceptedOn: 'phone' };
      const call: ToldCall = { ...id, ending: 'hangup', end, ...why };
      return { call, statuses: [...statuses], readiness: [...readiness] };
    },
  };
}

async function converse(caller: InsistentUser, callee: InsistentUser, calleeNumber: number) {
  const body = aCreate({ target_user_id: calleeNumber });
  const created = given(await caller.ask('create', (client) => client.createCall(body)));
  const id = { callId: Number(created.call_id) };
  const joined = (terminal_id: string) => (client: Client) =>
    client.reportMediaState(id, { terminal_id, stage: 'joined' });
  given(await callee.ask('accept', (client) => client.acceptCall(id, { terminal_id: 'phone' })));
  given(await caller.ask('join', joined('caller-phone')));
  given(await callee.ask('join', joined('phone')));
  return id;
}

function given<T>(answer: T | number): T {
  if (typeof answer === 'number') throw new Error(`the witness was refused with ${answer}`);
  return answer;
}

async function readState(
  { onHeard }: WitnessOptions,
  reading: ReturnType<Client['getCallState']>,
  statuses: Set<string>,
): Promise<void> {
  const at = Date.now();
  const state = await codeOr(reading);
  const answer = typeof state === 'number' ? state : 0;
  onHeard({ name: 'state', answer, at, ms: Date.now() - at });
  if (typeof state !== 'number') statuses.add(state.status);
}

async function readHealth(
  { url, onHeard }: WitnessOptions,
  name: 'readyz' | 'healthz',
  seen: Set<string>,
): Promise<void> {
  const at = Date.now();
  const { text } = await send(`${url}/${name}`);
  onHeard({ name, answer: 0, at, ms: Date.now() - at });
  const { checks } = JSON.parse(text) as { checks?: Record<string, string> };
  seen.add(`${checks?.engine}/${checks?.store}`);
}
