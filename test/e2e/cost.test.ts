import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/client/api-error.js';
import { createWorkplace, startEverything, type Workplace } from '../support/workplace.js';
import { userOf } from './users.js';

const MAX = { events: 60, bytes: 16_384, transitions: 19 };
const CALLER = '9007199254740993001';
const CALLEE = '9007199254740993002';
const STRANGER = '9007199254740993003';
const CONVERSATION = 9_007_199_254_740_993_999n;
const REASON = 'r'.repeat(50);
/** Longer than a write takes. */
const PAUSE_MS = 1_000;
/** Twice this is far below what the conversation's begin waits for its own write, which costs more. */
const TALK_MS = 300;
const WAITS_MS = 2_000;
const SETTLED_MS = 3_500;

let place: Workplace;
let connection: Connection;

beforeAll(async () => {
  place = await createWorkplace();
  await startEverything(place);
  connection = await Connection.connect({ address: place.temporalAddress });
});
afterAll(async () => {
  await connection?.close();
  await place?.remove();
});

async function cost(callId: number) {
  const handle = new Client({ connection }).workflow.getHandle(`call-${callId}`);
  const { status, historyLength, historySize, raw } = await handle.describe();
  return {
    status: status.name,
    events: historyLength,
    bytes: historySize ?? Number.NaN,
    transitions: Number(raw.workflowExecutionInfo?.stateTransitionCount ?? Number.NaN),
  };
}

/** With time for every write that is still to come: one of a party's change waits two seconds. */
async function costAfterAll(callId: number) {
  await sleep(SETTLED_MS);
  return cost(callId);
}

async function costWhenClosed(callId: number) {
  for (;;) {
    const now = await cost(callId);
    if (now.status !== 'RUNNING') return now;
    await sleep(100);
  }
}

async function dial() {
  const caller = await userOf(place, CALLER);
  const { call_id } = await caller.createCall({
    conversation_id: CONVERSATION,
    target_user_id: BigInt(CALLEE),
    call_type: 'video',
    biz_type: 'single',
    terminal_id: 'caller-phone',
  });
  return { caller, callee: await userOf(place, CALLEE), id: { callId: Number(call_id) } };
}

const joined = (terminal_id: string) => ({ terminal_id, stage: 'joined', network_quality: 'good' });

/** `pauseMs` passes before each step until the conversation has begun, and then `talkMs`. */
async function fullCall(pauseMs: number, talkMs: number) {
  const { caller, callee, id } = await dial();
  await sleep(pauseMs);
  await callee.acceptCall(id, { terminal_id: 'callee-phone' });
  await sleep(pauseMs);
  const begun = performance.now();
  await caller.reportMediaState(id, joined('caller-phone'));
  await sleep(talkMs);
  await callee.reportMediaState(id, joined('callee-phone'));
  await sleep(talkMs);
  await caller.hangupCall(id, { terminal_id: 'caller-phone', reason: REASON });
  return { callId: id.callId, talkedMs: performance.now() - begun };
}

/** A busy machine may hold a call up until its begin is written: that is another call. */
async function briefCall(): Promise<number> {
  for (;;) {
    const { callId, talkedMs } = await fullCall(PAUSE_MS, TALK_MS);
    if (talkedMs < WAITS_MS - TALK_MS) return callId;
  }
}

async function spentBy(callId: number) {
  const spent = await costWhenClosed(callId);
  const { events, bytes, transitions } = spent;
  process.stdout.write(`call: ${events} events, ${bytes} bytes, ${transitions} transitions\n`);
  return spent;
}

describe('a full call, as `npm start` runs it', () => {
  it.each([1, 2, 3])(
    'stays within its budget, one step right after another (call %i)',
    async () => {
      const spent = await spentBy((await fullCall(0, 0)).callId);

      expect(spent.status).toBe('COMPLETED');
      expect(spent.events).toBeLessThanOrEqual(MAX.events);
      expect(spent.bytes).toBeLessThanOrEqual(MAX.bytes);
      expect(spent.transitions).toBeLessThanOrEqual(MAX.transitions);
    },
  );

  it.each([1, 2, 3])(
    'has exact costs at an even pace, hung up before its begin is written (call %i)',
    async () => {
      const { bytes, ...spent } = await spentBy(await briefCall());

      expect(spent).toEqual({ status: 'COMPLETED', events: 44, transitions: 14 });
      expect(bytes).toBeLessThanOrEqual(MAX.bytes);
    },
  );
});

describe('what changes nothing costs no history', () => {
  let call: Awaited<ReturnType<typeof dial>>;

  beforeAll(async () => {
    call = await dial();
    await call.callee.acceptCall(call.id, { terminal_id: 'callee-phone' });
    await call.caller.reportMediaState(call.id, joined('caller-phone'));
    await sleep(SETTLED_MS);
  });
  afterAll(() => call?.caller.hangupCall(call.id, { terminal_id: 'caller-phone' }));

  const codeOf = (refused: Promise<unknown>): Promise<unknown> =>
    refused.then(
      () => 0,
      (error: unknown) => (error instanceof ApiError ? error.code : error),
    );

  it.each([
    [
      'an accept that lost',
      41006,
      () => call.callee.acceptCall(call.id, { terminal_id: 'callee-tablet' }),
    ],
    [
      'a cancel by the callee',
      41005,
      () => call.callee.cancelCall(call.id, { terminal_id: 'callee-phone' }),
    ],
    [
      'a hangup by a stranger',
      41010,
      async () => (await userOf(place, STRANGER)).hangupCall(call.id, { terminal_id: 'phone' }),
    ],
    [
      'a report without news',
      0,
      () => call.caller.reportMediaState(call.id, joined('caller-phone')),
    ],
  ])('%s', async (_, code, send) => {
    const before = await cost(call.id.callId);

    expect(await codeOf(send())).toBe(code);
    expect(await costAfterAll(call.id.callId)).toEqual(before);
  });

  it('while a report with news does show in the history', async () => {
    const before = await cost(call.id.callId);
    await call.callee.reportMediaState(call.id, joined('callee-phone'));
    const after = await costAfterAll(call.id.callId);

    expect(after.events).toBeGreaterThan(before.events);
  });
});
