import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Client as ApiClient } from '../../src/client/create-client.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { aCreate, codeOr, dial } from '../support/http-calls.js';
import { openStack, type Stack } from '../support/stack.js';

const phone = { terminal_id: 'caller-phone' };
const bobPhone = { terminal_id: 'bob-phone' };

let stack: Stack;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-lines-'));
  stack = await openStack({ env: { SWITCHYARD_DIR: folder } });
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Person {
  readonly id: number;
  readonly api: ApiClient;
}

let lastUser = 10_000;
async function person(): Promise<Person> {
  lastUser += 1;
  return { id: lastUser, api: await stack.insistently(String(lastUser)) };
}
const people = async () => ({ ann: await person(), bob: await person(), eve: await person() });

const calls = ({ api }: Person, callee: Person, terminal_id = 'caller-phone') =>
  dial(api, { target_user_id: callee.id, terminal_id });
const tries = ({ api }: Person, callee: Person, terminal_id = 'caller-phone') =>
  codeOr(api.createCall(aCreate({ target_user_id: callee.id, terminal_id })));

/** A call is read from its workflow; where that is slow to answer, from a record that runs behind. */
const ringsFor = async ({ api }: Person): Promise<number[]> =>
  (await api.listRinging()).calls.map(({ call_id }) => Number(call_id));

/** The next call that this person missed; ids in between belong to creates that were sent again. */
async function missedCall({ api }: Person, { callId }: { callId: number }) {
  const seen: unknown[] = [];
  for (let next = callId + 1; next <= callId + 20; next += 1) {
    const call = await codeOr(api.getCall({ callId: next }));
    if (typeof call !== 'number') return call;
    seen.push(call);
  }
  throw new Error(`no call was missed: ${seen}`);
}

async function temporal({ temporalAddress, namespace }: Stack): Promise<Client> {
  const connection = await Connection.connect({ address: temporalAddress });
  onTestFinished(() => connection.close());
  return new Client({ connection, namespace });
}

describe('a busy line', () => {
  it('refuses a second caller with 41003 and leaves a missed call for the callee', async () => {
    const { ann, bob, eve } = await people();
    const first = await calls(ann, bob);
    expect(await tries(eve, bob)).toBe(41003);
    await ann.api.cancelCall(first, phone);
    const recorded = await missedCall(bob, first);
    expect(recorded).toMatchObject({
      status: 'ended',
      end_reason: 'callee_busy',
      end_cause: 'busy',
      caller_user_id: eve.id,
    });
    expect(recorded.parties[1]).toMatchObject({ user_id: String(bob.id), state: 'busy' });
  });

  const ENDINGS: [string, (bob: ApiClient, call: { callId: number }) => Promise<unknown>][] = [
    ['rejected', (bob, call) => bob.rejectCall(call, bobPhone)],
    [
      'accepted and hung up',
      async (bob, call) => {
        await bob.acceptCall(call, bobPhone);
        await bob.hangupCall(call, bobPhone);
      },
    ],
  ];
  it.each(ENDINGS)('is free the moment the call before was %s', async (_how, end) => {
    const { ann, bob } = await people();
    const ids = new Set<number>();
    for (let round = 0; round < 10; round += 1) {
      const call = await calls(ann, bob);
      ids.add(call.callId);
      await end(bob.api, call);
    }
    expect(ids.size).toBe(10);
  });

  it('rings exactly one of two people who call each other at the same instant', async () => {
    const { ann, bob } = await people();
    const outcomes = await Promise.all([tries(ann, bob), tries(bob, ann)]);
    expect(outcomes.filter((outcome) => outcome === 41003)).toHaveLength(1);
    expect(outcomes.filter((outcome) => typeof outcome === 'object')).toHaveLength(1);
  });

  it('is 41008 for a busy caller on another terminal', async () => {
    const { ann, bob, eve } = await people();
    await calls(ann, bob);
    expect(await tries(ann, eve, 'caller-tablet')).toBe(41008);
  });

  it('heals when the workflow behind it was terminated, once its start is long past', async () => {
    const { ann, bob, eve } = await people();
    const { callId } = await calls(ann, bob);
    await bob.api.acceptCall({ callId }, bobPhone);
    const client = await temporal(stack);
    await client.workflow.getHandle(callWorkflowId(callId)).terminate('by hand');
    expect(await tries(eve, bob)).toBe(41003);
    await expect
      .poll(() => tries(eve, bob), { interval: 500 })
      .toMatchObject({ status: 'calling' });
    expect(await ann.api.getCall({ callId })).toMatchObject({ end_cause: 'ops_ended' });
  });
});

describe('a create from a terminal that is in another call', () => {
  it('ends that call as superseded, and rings the new callee', async () => {
    const { ann, bob, eve } = await people();
    const former = await calls(ann, bob);
    const next = await calls(ann, eve);
    await expect
      .poll(() => ann.api.getCallState(former))
      .toMatchObject({ status: 'ended', end_reason: 'superseded' });
    expect(await ann.api.getCallState(next)).toMatchObject({ status: 'calling' });
    await expect.poll(() => ringsFor(bob)).toEqual([]);
  });

  it('changes nothing when the new callee is busy', async () => {
    const { ann, bob, eve } = await people();
    const ringing = await calls(ann, bob);
    await calls(eve, await person());
    expect(await tries(ann, eve)).toBe(41003);
    expect(await ann.api.getCallState(ringing)).toMatchObject({ status: 'calling' });
    await expect.poll(() => ringsFor(bob)).toEqual([ringing.callId]);
  });
});

describe('the same create again', () => {
  it('is the same call with a fresh token while it rings, also ten times at once', async () => {
    const { ann, bob } = await people();
    const create = () => ann.api.createCall(aCreate({ target_user_id: bob.id }));
    const first = await create();
    const again = await Promise.all(Array.from({ length: 10 }, create));
    expect(again.map(({ call_id }) => call_id)).toEqual(again.map(() => first.call_id));
    expect(again[0]).toMatchObject({ status: 'calling', version: 1 });
  });

  it('is a new call once the first one is over', async () => {
    const { ann, bob } = await people();
    const first = await calls(ann, bob);
    await bob.api.rejectCall(first, bobPhone);
    expect((await calls(ann, bob)).callId).not.toBe(first.callId);
  });

  it('does not ring twice or end the call when the callee was quicker than its answer', async () => {
    const { ann, bob } = await people();
    const first = await calls(ann, bob);
    await bob.api.acceptCall(first, bobPhone);
    const again = await tries(ann, bob);
    const callId = typeof again === 'number' ? again : again.call_id;
    expect([41003, first.callId]).toContain(callId);
    await expect.poll(() => ann.api.getCallState(first)).toMatchObject({ status: 'accepted' });
    await expect.poll(() => ringsFor(bob)).toEqual([]);
  });
});

describe('what rings for me', () => {
  it('is the call with its ring expiry, until it is answered', async () => {
    const { ann, bob } = await people();
    const { callId } = await calls(ann, bob);
    await expect.poll(() => ringsFor(bob)).toEqual([callId]);
    const ringing = await bob.api.listRinging();
    expect(ringing.calls).toMatchObject([{ call_id: callId, caller_user_id: ann.id }]);
    const expiry = Date.parse(ringing.calls[0]?.ring_expires_at ?? '');
    const left = expiry - Date.parse(ringing.server_time);
    expect(left).toBeGreaterThan(10_000);
    expect(left).toBeLessThanOrEqual(31_000);
    await bob.api.acceptCall({ callId }, bobPhone);
    await expect.poll(() => ringsFor(bob)).toEqual([]);
    expect(await ringsFor(ann)).toEqual([]);
  });
});
