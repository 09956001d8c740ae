import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../src/client/create-client.js';
import type { DataOf } from '../../src/contract/routes.js';
import { aCreate } from './http-calls.js';
import type { InsistentUser } from './insistent-user.js';

type Detail = DataOf<'getCall'>;

export interface HowItEnds {
  readonly status: string;
  readonly cause: string;
  readonly reason: string;
  readonly by: string;
}

/** A call as its parties know it when it is over. */
export interface Outcome {
  readonly callId: number;
  /** What changed it, in this order and each once: `accept 20002 phone`. */
  readonly updates: readonly string[];
  readonly end: HowItEnds & { readonly version: number; readonly calleeTerminal: string | null };
  /** How the API shows it. */
  readonly shown: Detail;
  /** Who ended it was neither a party nor the call itself: its workflow is gone. */
  readonly terminated?: boolean;
}

export interface Dialling {
  readonly caller: Party;
  readonly callee: Party;
  readonly ringSeconds?: number;
}

export interface Party {
  readonly userId: string;
  readonly terminal: string;
  readonly asks: InsistentUser;
}

/** Every method repeats its request until it is answered, and expects it to take effect once. */
export interface InsistentCall {
  readonly callId: number;
  accept(): Promise<void>;
  /** The callee's second terminal is told that it is too late. */
  acceptTooLate(): Promise<void>;
  report(party: Party, stage: string): Promise<void>;
  takeOver(party: Party, terminal: string): Promise<void>;
  reject(reason: string): Promise<void>;
  cancel(reason: string): Promise<void>;
  hangUp(party: Party, terminal: string, reason: string): Promise<void>;
  read(): Promise<Detail>;
  /** Waits for the end, of which nobody is told by an answer or everybody was. */
  over(how: HowItEnds): Promise<Outcome>;
}

const LOOK_EVERY_MS = 100;
const RING_SECONDS = 120;

export async function insistentCall(dialling: Dialling): Promise<InsistentCall> {
  const { caller, callee, ringSeconds = RING_SECONDS } = dialling;
  const body = aCreate({
    target_user_id: Number(callee.userId),
    terminal_id: caller.terminal,
    timeout_seconds: ringSeconds,
  });
  // A ring may be over before a lost answer is asked for again: only the key tells it from another.
  const once = ringSeconds < RING_SECONDS ? { idempotencyKey: `key-${caller.userId}` } : {};
  const answer = await caller.asks.ask('create', (c) => c.createCall(body, once));
  const created = given(answer, 'create');
  const id = { callId: Number(created.call_id) };
  const updates: string[] = [];
  let calleeTerminal: string | null = null;

  const change = async (
    name: string,
    [{ userId, asks }, terminal]: readonly [Party, string],
    send: (client: Client) => Promise<{ readonly version: number }>,
  ): Promise<void> => {
    const { version } = given(await asks.ask(name, send), `${name} of call ${id.callId}`);
    updates.push(`${name} ${userId} ${terminal}`);
    const expected = 1 + updates.length;
    if (version !== expected) throw new Error(`${name}: version ${version}, not ${expected}`);
  };
  const read = async () =>
    given(await caller.asks.ask('read', (c) => c.getCall(id)), `read of call ${id.callId}`);

  return {
    ...id,
    read,
    async accept() {
      const by = { terminal_id: callee.terminal };
      await change('accept', [callee, callee.terminal], (c) => c.acceptCall(id, by));
      calleeTerminal = callee.terminal;
    },
    async acceptTooLate() {
      const late = { terminal_id: 'tablet' };
      const code = await callee.asks.ask('late accept', (c) => c.acceptCall(id, late));
      if (code !== 41006) throw new Error(`call ${id.callId}: a second terminal has it too`);
    },
    report(party, stage) {
      const body = { terminal_id: party.terminal, stage, network_quality: 'good' };
      return change('media-state', [party, party.terminal], (c) => c.reportMediaState(id, body));
    },
    async takeOver(party, terminal) {
      const body = { terminal_id: terminal, takeover: true };
      await change('rtc-token', [party, terminal], (c) => c.issueRtcToken(id, body));
      if (party === callee) calleeTerminal = terminal;
    },
    reject: (reason) =>
      change('reject', [callee, callee.terminal], (c) =>
        c.rejectCall(id, { terminal_id: callee.terminal, reason }),
      ),
    cancel: (reason) =>
      change('cancel', [caller, caller.terminal], (c) =>
        c.cancelCall(id, { terminal_id: caller.terminal, reason }),
      ),
    hangUp: (party, terminal, reason) =>
      change('hangup', [party, terminal], (c) =>
        c.hangupCall(id, { terminal_id: terminal, reason }),
      ),
    async over(how) {
      let shown = await read();
      while (shown.ended_at === null) {
        await sleep(LOOK_EVERY_MS);
        shown = await read();
      }
      const endedByCommand = /^(reject|cancel|hangup) /.test(updates.at(-1) ?? '');
      const version = 1 + updates.length + (endedByCommand ? 0 : 1);
      return { ...id, updates, end: { ...how, version, calleeTerminal }, shown };
    },
  };
}

function given<T>(answer: T | number, what: string): T {
  if (typeof answer === 'number') throw new Error(`${what}: refused with ${answer}`);
  return answer;
}
