import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/client/api-error.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { type Cost, costOf, delaysOf, settled } from '../support/call-cost.js';
import { startServing, type Workplace, workplaceInUse } from '../support/workplace.js';
import { userOf } from './users.js';

const MAX = { events: 60, bytes: 16_384, transitions: 19 };
const CALLER = '9007199254740993001';
const CALLEE = '9007199254740993002';
const STRANGER = '9007199254740993003';
const CONVERSATION = 9_007_199_254_740_993_999n;
const REASON = 'r'.repeat(50);
/** With time for every write that is still to come: a begin and a party's change wait two seconds. */
const WRITTEN_MS = 3_500;
/** A busy machine disturbs some calls, not each of so many. */
const MOST_TRIES = 10;

let place: Workplace;
let connection: Connection;
let temporal: Client;

beforeAll(async () => {
  place = await workplaceInUse();
  await startServing(place);
  connection = await Connection.connect({ address: place.temporalAddress });
  temporal = new Client({ connection });
});
afterAll(async () => {
  await connection?.close();
  await place?.remove();
});

async function costAfterAll(callId: number): Promise<Cost> {
  await sleep(WRITTEN_MS);
  await settled(temporal, callId);
  return costOf(temporal, callId);
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

type Pace = (callId: number) => Promise<unknown>;

const atOnce: Pace = () => Promise.resolve();
/** Each step when nothing of the one before is under way any more. */
const evenly: Pace = (callId) => settled(temporal, callId);

async function fullCall(pace: Pace): Promise<number> {
  const { caller, callee, id } = await dial();
  const { callId } = id;
  await pace(callId);
  await callee.acceptCall(id, { terminal_id: 'callee-phone' });
  await pace(callId);
  await caller.reportMediaState(id, joined('caller-phone'));
  await pace(callId);
  await callee.reportMediaState(id, joined('callee-phone'));
  await pace(callId);
  await caller.hangupCall(id, { terminal_id: 'caller-phone', reason: REASON });
  await temporal.workflow.getHandle(callWorkflowId(callId)).result();
  return callId;
}

/** What a call costs in which nothing came too late. */
async function spentAt(pace: Pace): Promise<Cost> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const callId = await fullCall(pace);
    const spent = await costOf(temporal, callId);
    const delays = await delaysOf(temporal, callId);
    process.stdout.write(`call ${callId}: ${JSON.stringify(spent)}, ${delays} delays\n`);
    if (delays === 0) return spent;
  }
  throw new Error(`in each of ${MOST_TRIES} calls something came too late`);
}

describe('a full call, as `npm start` runs it', () => {
  it.each([1, 2, 3])(
    'stays within its budget, one step right after another (call %i)',
    async () => {
      const spent = await spentAt(atOnce);

      expect(spent.status).toBe('COMPLETED');
      expect(spent.events).toBeLessThanOrEqual(MAX.events);
      expect(spent.bytes).toBeLessThanOrEqual(MAX.bytes);
      expect(spent.transitions).toBeLessThanOrEqual(MAX.transitions);
    },
  );

  it.each([1, 2, 3])(
    'has exact costs at an even pace, hung up before its begin is written (call %i)',
    async () => {
      const { bytes, ...spent } = await spentAt(evenly);

      expect(spent).toEqual({ status: 'COMPLETED', events: 44, transitions: 12 });
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
    await costAfterAll(call.id.callId);
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
    const { callId } = call.id;
    let [before, after, delays]: [Cost?, Cost?, number?] = [];
    for (let tries = 0; tries < MOST_TRIES && delays !== 0; tries += 1) {
      before = await costOf(temporal, callId);
      const delaysBefore = await delaysOf(temporal, callId);
      expect(await codeOf(send())).toBe(code);
      after = await costAfterAll(callId);
      delays = (await delaysOf(temporal, callId)) - delaysBefore;
    }
    expect(delays).toBe(0);
    expect(after).toEqual(before);
  });

  it('while a report with news does show in the history', async () => {
    const before = await costOf(temporal, call.id.callId);
    await call.callee.reportMediaState(call.id, joined('callee-phone'));
    const after = await costAfterAll(call.id.callId);

    expect(after.events).toBeGreaterThan(before.events);
  });
});
