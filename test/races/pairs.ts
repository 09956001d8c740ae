import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../../src/client/create-client.js';
import type { DataOf } from '../../src/contract/routes.js';
import { dial } from '../support/http-calls.js';
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

export const ring = ({ caller, calleeId }: Pair, seconds = 30): Promise<{ callId: number }> =>
  dial(caller, { target_user_id: calleeId, timeout_seconds: seconds });

type State = DataOf<'getCallState'>;

/** A code as it is; of a call what a race is about. */
export function told(answer: number | Pick<State, 'status' | 'version'>): number | string {
  if (typeof answer === 'number') return answer;
  const reason = 'end_reason' in answer ? ` (${String(answer.end_reason)})` : '';
  return `${answer.status}${reason}, version ${answer.version}`;
}

const ENDED_WITHIN_MS = 5_000;

/**
 * How a call ended for its caller, named by roles instead of ids. Asked again while the call looks
 * live: on a busy machine a read may fall back to the record, which runs a little behind.
 */
export async function standing(
  { caller, callerId, calleeId }: Pair,
  call: { callId: number },
): Promise<string> {
  const until = performance.now() + ENDED_WITHIN_MS;
  let seen = await caller.getCall(call);
  while (seen.ended_at === null && performance.now() < until) {
    await pause(100);
    seen = await caller.getCall(call);
  }
  const { status, end_cause, ended_by, version } = seen;
  const roles = new Map([
    [`${callerId}`, 'caller'],
    [`${calleeId}`, 'callee'],
  ]);
  const by = ended_by === null ? 'nobody' : (roles.get(ended_by) ?? ended_by);
  return `${status}, ${end_cause} by ${by}, version ${version}`;
}

export async function calleeTerminal({ caller }: Pair, call: { callId: number }): Promise<string> {
  const { parties } = await caller.getCall(call);
  return parties.find(({ role }) => role === 'callee')?.terminal_id ?? 'none';
}
