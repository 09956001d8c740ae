import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../../src/client/create-client.js';
import type { DataOf } from '../../src/contract/routes.js';
import { codeOr, dial } from '../support/http-calls.js';
import { insist } from '../support/insist.js';
import { isOpen } from '../support/race.js';
import type { Stack } from '../support/stack.js';

export const onPhone = { terminal_id: 'caller-phone' };
export const onCalleePhone = { terminal_id: 'callee-phone' };
export const onTablet = { terminal_id: 'callee-tablet' };

export interface Pair {
  readonly callerId: number;
  readonly calleeId: number;
  readonly caller: Client;
  readonly callee: Client;
}

let lastUser = 10_000;

/** The same two meet again in every round: a line that stayed busy would refuse their next call. */
export const pairsOn = (stack: Stack, count: number): Promise<Pair[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const [callerId, calleeId] = [++lastUser, ++lastUser];
      const [caller, callee] = [await stack.as(`${callerId}`), await stack.as(`${calleeId}`)];
      return { callerId, calleeId, caller, callee };
    }),
  );

/** The pair of a slot. */
export function pairAt(pairs: readonly Pair[], slot: number): Pair {
  const pair = pairs[slot];
  if (pair === undefined) throw new Error(`no pair in slot ${slot}`);
  return pair;
}

/** What leads up to a race is repeated as a client is told to repeat it; see race.ts on contenders. */
export const ring = ({ caller, calleeId }: Pair, seconds = 30): Promise<{ callId: number }> =>
  insist(() => dial(caller, { target_user_id: calleeId, timeout_seconds: seconds }));

/** A contender who was not answered asks again, so that the call comes to its end. */
export const settled = <T>(answer: T | number, request: () => Promise<T>): Promise<T | number> =>
  isOpen(answer) ? codeOr(insist(request)) : Promise.resolve(answer);

type State = DataOf<'getCallState'>;

/** A code as it is; of a call what a race is about. */
export function told(answer: number | Pick<State, 'status' | 'version'>): number | string {
  if (typeof answer === 'number') return answer;
  const reason = 'end_reason' in answer ? ` (${String(answer.end_reason)})` : '';
  return `${answer.status}${reason}, version ${answer.version}`;
}

const SEEN_WITHIN_MS = 60_000;

/**
 * Reads again until it shows what has to come: on a busy machine a read may fall back to the
 * record, which runs a little behind.
 */
export async function readUntil<T>(read: () => Promise<T>, shows: (seen: T) => boolean) {
  const until = performance.now() + SEEN_WITHIN_MS;
  let seen = await read();
  while (!shows(seen) && performance.now() < until) {
    await pause(50);
    seen = await read();
  }
  return seen;
}

export interface Ended {
  /** Who ended it is named by role instead of id. */
  readonly end: string;
  readonly calleeTerminal: string;
}

/** How a call ended, as its caller reads it. */
export async function endOf(
  { caller, callerId, calleeId }: Pair,
  call: { callId: number },
): Promise<Ended> {
  const read = () => insist(() => caller.getCall(call));
  const seen = await readUntil(read, ({ ended_at }) => ended_at !== null);
  const { status, end_cause, ended_by, version, parties } = seen;
  const roles = new Map([
    [`${callerId}`, 'caller'],
    [`${calleeId}`, 'callee'],
  ]);
  const by = ended_by === null ? 'nobody' : (roles.get(ended_by) ?? ended_by);
  const callee = parties.find(({ role }) => role === 'callee');
  return {
    end: `${status}, ${end_cause} by ${by}, version ${version}`,
    calleeTerminal: callee?.terminal_id ?? 'none',
  };
}
