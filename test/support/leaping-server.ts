import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { inject } from 'vitest';
import type { CallState } from '../../src/call/state.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { CALL_WORKFLOW_TYPE } from '../../src/contract/names.js';
import { startOptions } from '../../src/engine/call-start.js';
import { installRuntime } from '../../src/engine/runtime-logger.js';
import { createWorker } from '../../src/engine/worker.js';
import type { CallRecord } from '../../workflows/call/activities.js';
import { aStart, type CallOptions } from './calls.js';
import { timeSkippingServer } from './time-skipping-server.js';

/** `IndexedValueType` of Temporal's API. */
const KEYWORD = 2;
const KEYWORD_LIST = 7;
const quiet = () => undefined;
installRuntime({ trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet });

/** The clock leaps only while nothing is at work. */
export const AT_WORK_MS = 20_000;

/** A call that runs on a server whose clock leaps. */
export interface LeapingCall {
  signal(name: string, payload: object): Promise<void>;
  state(): Promise<CallState>;
  /** Lets so much time go by on the server's clock. */
  wait(ms: number): Promise<void>;
}

export interface LeapingServer {
  /** Plays a call to its end, and answers its last record. */
  play(
    options: CallOptions,
    act?: (call: LeapingCall) => Promise<void>,
    activities?: object,
  ): Promise<CallState>;
  stop(): Promise<void>;
}

export async function leapingServer(): Promise<LeapingServer> {
  const env: TestWorkflowEnvironment = await timeSkippingServer();
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
  const callOf = (handle: WorkflowHandle): LeapingCall => ({
    signal: (name, payload) => handle.signal(name, payload),
    state: () => handle.query<CallState>('state'),
    wait: (ms) => env.sleep(ms),
  });
  return {
    async play(options, act, activities = {}) {
      const written: CallRecord[] = [];
      const worker = await createWorker({
        connection: env.nativeConnection,
        namespace: 'default',
        workflowBundle: { codePath: inject('bundlePath') },
        maxCachedWorkflows: 100,
        shutdownGraceMs: 1_000,
        activities: {
          recordCall: async (record: CallRecord) => void written.push(record),
          ...activities,
        },
      });
      const start = aStart({ startBy: Number.MAX_SAFE_INTEGER, ...options });
      await worker.runUntil(async () => {
        await env.client.workflow.start(CALL_WORKFLOW_TYPE, {
          ...startOptions(start),
          requestEagerStart: false,
        });
        const handle = env.client.workflow.getHandle(callWorkflowId(start.state.callId));
        await act?.(callOf(handle));
        await handle.result();
      });
      const last = written.at(-1);
      if (last === undefined) throw new Error('nothing was recorded');
      return last.state;
    },
    stop: () => env.teardown(),
  };
}
