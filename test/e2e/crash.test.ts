import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from '../../src/client/create-client.js';
import { ringMarginAfter } from '../support/ring-margin.js';
import { startServing, workplaceInUse } from '../support/workplace.js';
import { session, userOf } from './users.js';

const SHORT_RING_SECONDS = 4;
const LONG_RING_SECONDS = 20;
/** Times of the API are in whole seconds. */
const ROUNDED_MS = 1_000;

interface Ringing {
  readonly caller: Client;
  readonly callId: number;
  readonly until: number;
}

async function ring(caller: Client, body: ReturnType<typeof session>): Promise<Ringing> {
  const callId = Number((await caller.createCall(body)).call_id);
  const { ring_expires_at } = await caller.getCall({ callId });
  return { caller, callId, until: Date.parse(ring_expires_at) };
}

/** When the call was first seen to be over, and how. */
async function overAt({ caller, callId }: Ringing) {
  for (;;) {
    const call = await caller.getCall({ callId });
    if (call.ended_at !== null) return { call, at: Date.now() };
    await sleep(50);
  }
}

describe.each([
  ['and takes over the Temporal server that was left', false, ' (was still running)'],
  ['and starts a Temporal server where that was killed too', true, ''],
] as const)('after SIGKILL while calls ring, a new start', (_, killsServer, said) => {
  it(`ends them when their ring time is over, ${_}`, async () => {
    const place = await workplaceInUse();
    onTestFinished(() => place.remove());
    const killed = await startServing(place);
    const [ann, eve] = [await userOf(place, '10001'), await userOf(place, '10003')];
    const long = await ring(eve, session(20004, LONG_RING_SECONDS));
    const short = await ring(ann, session(20002, SHORT_RING_SECONDS));
    killed.signal('SIGKILL');
    await killed.ended();
    const server = await place.temporalServer();
    if (server === undefined) throw new Error('the server ended with its parent');
    if (killsServer) process.kill(server.pid, 'SIGKILL');

    const startedAt = Date.now();
    const next = await startServing(place);
    const backAt = Date.now();
    const marginMs = ringMarginAfter(backAt - startedAt) + ROUNDED_MS;
    const [first, second] = await Promise.all([overAt(short), overAt(long)]);

    expect(next.stdout()).toContain(`Temporal   ${place.temporalAddress}${said}, UI`);
    for (const [{ until }, { call, at }] of [
      [short, first],
      [long, second],
    ] as const) {
      expect(call).toMatchObject({ status: 'ended', end_cause: 'no_answer', version: 2 });
      expect(Date.parse(call.ended_at ?? '')).toBeGreaterThanOrEqual(until);
      expect(at - Math.max(until, backAt)).toBeLessThan(marginMs);
    }
    const nextCaller = await userOf(place, '10005');
    expect(await nextCaller.createCall(session(20002))).toMatchObject({ status: 'calling' });
  });
});
