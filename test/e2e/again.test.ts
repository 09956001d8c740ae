import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client as Caller } from '../../src/client/create-client.js';
import type { RunningProgram } from '../support/running-program.js';
import {
  createWorkplace,
  startEverything,
  startServing,
  type Workplace,
} from '../support/workplace.js';
import { session, userOf } from './users.js';

let place: Workplace;
let yesterday: RunningProgram;
let today: RunningProgram;
/** With a token of the earlier run. */
let caller: Caller;
let callId: number;

beforeAll(async () => {
  place = await createWorkplace();
  yesterday = await startServing(place);
  caller = await userOf(place, '10001');
  callId = Number((await caller.createCall(session(20002))).call_id);
  const callee = await userOf(place, '20002');
  await callee.rejectCall({ callId }, { terminal_id: 'phone-2', reason: 'in a meeting' });
  yesterday.signal('SIGINT');
  await yesterday.ended();
  today = await startEverything(place);
});
afterAll(() => place?.remove());

it('answers for a call of an earlier run, to a token of that run', async () => {
  expect(await caller.getCallState({ callId })).toMatchObject({
    call_id: callId,
    status: 'rejected',
    end_reason: 'in a meeting',
    version: 2,
  });
});

it('has the workflow of that call in the Temporal server', async () => {
  const connection = await Connection.connect({ address: place.temporalAddress });
  const handle = new Client({ connection }).workflow.getHandle(`call-${callId}`);
  const { status, type } = await handle.describe();
  await connection.close();

  expect({ type, status: status.name }).toEqual({ type: 'call', status: 'COMPLETED' });
});

it('plays calls, unless that is not wanted', () => {
  expect(yesterday.stdout()).toContain('API        http');
  expect(yesterday.stdout()).not.toContain('Answered and hung up');
  expect(today.stdout()).toContain('Answered and hung up');
});

it('gives new calls ids that no earlier call had', () => {
  const ids = [...today.stdout().matchAll(/ call (\d+) rings/g)].map(([, id]) => Number(id));

  expect(ids).toHaveLength(6);
  expect(Math.min(...ids)).toBeGreaterThan(callId);
});
