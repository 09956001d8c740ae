import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { callbacksWorkflowId, callWorkflowId } from '../../src/contract/ids.js';
import {
  CALL_TASK_QUEUE,
  CALL_WORKFLOW_TYPE,
  CALLBACK_SIGNAL,
  CALLBACKS_WORKFLOW_TYPE,
} from '../../src/contract/names.js';
import type { ReceivedCallback } from '../../src/contract/robot-hint.js';
import { startOptions } from '../../src/engine/call-start.js';
import { installRuntime } from '../../src/engine/runtime-logger.js';
import { createWorker } from '../../src/engine/worker.js';
import type { CallRecord } from '../../workflows/call/activities.js';
import { aStart, byCallee, byCaller, type CallOptions } from '../support/calls.js';
import { timeSkippingServer } from '../support/time-skipping-server.js';

const HOUR_MS = 3_600_000;
/** The clock leaps only while nothing is at work. */
const AT_WORK_MS = 20_000;
/** Before a callback is carried on once more. */
const LONGEST_PAUSE_MS = 300_000;
/** `IndexedValueType` of Temporal's API. */
const KEYWORD = 2;
const KEYWORD_LIST = 7;
const quiet = () => undefined;
installRuntime({ trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet });

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await timeSkippingServer();
  await env.nativeConnection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: {
      CallStatus: KEYWORD,
      CallChannel: KEYWORD,
      CallEndCause: KEYWORD,
      CallerId: KEYWORD,
      CalleeIds: KEYWORD_LIST,
      ProviderCallId: KEYWORD,
    },
  });
});
afterAll(() => env.teardown());

const workerWith = (activities: object) =>
  createWorker({
    connection: env.nativeConnection,
    namespace: 'default',
    workflowBundle: { codePath: inject('bundlePath') },
    maxCachedWorkflows: 100,
    shutdownGraceMs: 1_000,
    activities,
  });

/** Plays a call to its end on a server whose clock leaps, and answers its last record. */
async function play(
  options: CallOptions,
  signals: readonly (readonly [string, object])[],
): Promise<CallRecord['state']> {
  const written: CallRecord[] = [];
  const recordCall = async (record: CallRecord) => void written.push(record);
  const worker = await workerWith({ recordCall });
  const start = aStart({ startBy: Number.MAX_SAFE_INTEGER, ...options });
  await worker.runUntil(async () => {
    await env.client.workflow.start(CALL_WORKFLOW_TYPE, {
      ...startOptions(start),
      requestEagerStart: false,
    });
    const handle = env.client.workflow.getHandle(callWorkflowId(start.state.callId));
    for (const [name, payload] of signals) await handle.signal(name, payload);
    await handle.result();
  });
  const last = written.at(-1);
  if (last === undefined) throw new Error('nothing was recorded');
  return last.state;
}

const spanOf = ({ endedAt = 0 }: CallRecord['state'], from = 0) => endedAt - from;
const joined = { stage: 'joined' };
const left = { stage: 'left' };

describe('a deadline', () => {
  it('ends a call that nobody answers, when its ring is over', async () => {
    const state = await play({ ringTimeoutMs: 600_000 }, []);
    expect(state).toMatchObject({ status: 'ended', cause: 'no_answer' });
    expect(spanOf(state, state.ring.until)).toBeGreaterThanOrEqual(0);
    expect(spanOf(state, state.ring.until)).toBeLessThan(AT_WORK_MS);
  });

  it('ends a conversation at its maximum duration, four hours after acceptance', async () => {
    const state = await play({}, [
      ['accept', byCallee],
      ['media-state', { ...byCaller, ...joined }],
    ]);
    expect(state).toMatchObject({ status: 'ended', cause: 'max_duration' });
    const lasted = spanOf(state, state.acceptedAt);
    expect(lasted).toBeGreaterThanOrEqual(4 * HOUR_MS);
    expect(lasted).toBeLessThan(4 * HOUR_MS + AT_WORK_MS);
  });

  it('ends a call that everybody left, after the grace time', async () => {
    const state = await play({}, [
      ['accept', byCallee],
      ['media-state', { ...byCaller, ...joined }],
      ['media-state', { ...byCallee, ...joined }],
      ['media-state', { ...byCaller, ...left }],
      ['media-state', { ...byCallee, ...left }],
    ]);
    expect(state).toMatchObject({ status: 'ended', cause: 'all_left' });
    expect(spanOf(state, state.startedAt)).toBeGreaterThanOrEqual(30_000);
    expect(spanOf(state, state.startedAt)).toBeLessThan(30_000 + AT_WORK_MS);
  });

  it('ends an accepted call that nobody joins, where joining is required', async () => {
    const limits = { maxDurationMs: 4 * HOUR_MS, allLeftGraceMs: 30_000, connectMs: 20_000 };
    const state = await play({ limits }, [['accept', byCallee]]);
    expect(state).toMatchObject({ status: 'ended', cause: 'media_timeout' });
    expect(spanOf(state, state.acceptedAt)).toBeGreaterThanOrEqual(20_000);
    expect(spanOf(state, state.acceptedAt)).toBeLessThan(20_000 + AT_WORK_MS);
  });

  it('does not end a conversation because one side fell silent', async () => {
    const state = await play({}, [
      ['accept', byCallee],
      ['media-state', { ...byCaller, ...joined }],
      ['media-state', { ...byCallee, ...joined }],
      ['media-state', { ...byCallee, ...left }],
    ]);
    expect(state).toMatchObject({ cause: 'max_duration' });
  });
});

describe('a callback that its backend never takes', () => {
  it('is carried on for a day, and then makes way for the next one', async () => {
    const asked: { readonly body: string; readonly at: number }[] = [];
    const worker = await workerWith({
      async relayCallback({ body }: ReceivedCallback) {
        asked.push({ body, at: await env.currentTimeMs() });
        if (body === 'refused') throw new Error('HTTP 500');
      },
    });
    const callback = (body: string) => ({ key: body, command: 'Call.X', query: '', body });
    await worker.runUntil(async () => {
      const handle = await env.client.workflow.signalWithStart(CALLBACKS_WORKFLOW_TYPE, {
        workflowId: callbacksWorkflowId('never taken'),
        taskQueue: CALL_TASK_QUEUE,
        args: [],
        signal: CALLBACK_SIGNAL,
        signalArgs: [callback('refused')],
      });
      await handle.signal(CALLBACK_SIGNAL, callback('taken'));
      await handle.result();
    });
    const [first] = asked;
    const [last, ...others] = asked.filter(({ body }) => body === 'taken');
    expect(others).toEqual([]);
    const waitedMs = (last?.at ?? 0) - (first?.at ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(24 * HOUR_MS - LONGEST_PAUSE_MS);
    expect(waitedMs).toBeLessThan(24 * HOUR_MS + AT_WORK_MS);
    // Every five minutes at last.
    expect(asked.length).toBeGreaterThan(250);
  });
});
