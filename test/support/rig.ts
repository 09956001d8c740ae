import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { inject, onTestFinished } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { createCallEngine } from '../../src/engine/call-engine.js';
import { connect, type EngineConnection } from '../../src/engine/connection.js';
import { type Health, watchHealth } from '../../src/engine/health.js';
import { createPlacedHere } from '../../src/engine/placed-here.js';
import { installRuntime } from '../../src/engine/runtime-logger.js';
import { registerSearchAttributes } from '../../src/engine/search-attributes.js';
import { createWorker } from '../../src/engine/worker.js';
import type { CallEngine, StartCall } from '../../src/ports/call-engine.js';
import type { PlacedHere } from '../../src/ports/placed-here.js';
import type { CallRecord } from '../../workflows/call/activities.js';
import { aStart, type CallOptions } from './calls.js';
import { insistentEngine } from './insistent-engine.js';
import { freshNamespace } from './namespace.js';
import { type History, wasBegun } from './replayed.js';

const quiet = () => undefined;
installRuntime({ trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet });

export interface RigOptions {
  readonly address?: string;
  /** Stands for the store; what it is given is in `written` once it resolves. */
  readonly record?: (record: CallRecord, written: readonly CallRecord[]) => Promise<void>;
  readonly maxCachedWorkflows?: number;
  /** Beside the record's. */
  readonly activities?: object | ((placedHere: PlacedHere) => object);
  /** Whether requests of this process hear what is placed in it, past its call. */
  readonly tellsHere?: boolean;
}

export interface Rig extends EngineConnection {
  /** Asks until it is answered. */
  readonly engine: CallEngine;
  /** Asks once: for tests of the bounds of an answer. */
  readonly once: CallEngine;
  /** Whether the last probe of the server was answered. */
  healthy(): boolean;
  /** What reached the records port, in order. */
  readonly written: CallRecord[];
  start(options?: CallOptions): Promise<StartCall>;
  result(callId: number): Promise<unknown>;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
}

/**
 * A worker and the client side of the engine in a namespace of their own, ended with the test.
 * Every call that was started is replayed then: a call that cannot be replayed fails its test.
 */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const address = options.address ?? inject('temporalAddress');
  const namespace = await freshNamespace(address);
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  const connected = await connect({ env });
  await registerSearchAttributes(connected);
  const health: Health = watchHealth(() => connected.connection.workflowService.getSystemInfo({}));
  const written: CallRecord[] = [];
  const started: number[] = [];
  const placings = createPlacedHere(connected.client);
  const once = createCallEngine(connected.client, {
    health,
    ...(options.tellsHere && { placings }),
  });
  const { activities: own } = options;
  const activities = typeof own === 'function' ? own(placings) : own;
  const newWorker = () =>
    createWorker({
      ...connected,
      workflowBundle: { codePath: inject('bundlePath') },
      maxCachedWorkflows: options.maxCachedWorkflows ?? 1_000,
      shutdownGraceMs: 1_000,
      activities: {
        recordCall: async (record: CallRecord) => {
          await options.record?.(record, written);
          written.push(record);
        },
        ...activities,
      },
    });
  let running: { worker: Worker; ended: Promise<void> } | undefined;
  const rig: Rig = {
    ...connected,
    written,
    engine: insistentEngine(once),
    once,
    healthy: () => health.ok(),
    async start(call) {
      const input = aStart(call);
      started.push(input.state.callId);
      const outcome = await rig.engine.start(input);
      if (outcome !== 'started') throw new Error(`start: ${outcome}`);
      return input;
    },
    result: (callId) => connected.client.workflow.getHandle(callWorkflowId(callId)).result(),
    async startWorker() {
      const worker = await newWorker();
      running = { worker, ended: worker.run() };
    },
    async stopWorker() {
      running?.worker.shutdown();
      await running?.ended;
      running = undefined;
    },
  };
  await rig.startWorker();
  onTestFinished(async () => {
    await rig.stopWorker();
    await replayAll(rig, started);
    health.stop();
    await connected.connection.close();
  });
  return rig;
}

async function replayAll({ client }: Rig, callIds: readonly number[]): Promise<void> {
  const workflowBundle = { codePath: inject('bundlePath') };
  for (const callId of callIds) {
    const workflowId = callWorkflowId(callId);
    for (const history of await historiesOf(client, workflowId)) {
      await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
    }
  }
}

/** The histories of every run of a workflow, along the chain that continue-as-new made. */
export async function historiesOf(client: Client, workflowId: string): Promise<History[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const histories: History[] = [];
  let runId = raw.workflowExecutionInfo?.firstRunId;
  while (runId) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    if (wasBegun(history)) histories.push(history);
    const last = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes;
    runId = last?.newExecutionRunId;
  }
  return histories;
}
