import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { CALL_TASK_QUEUE } from '../../../src/contract/names.js';
import { connect, type EngineConnection } from '../../../src/engine/connection.js';
import { createWorker } from '../../../src/engine/worker.js';
import { acceptUpdate, bareCall, hangupUpdate, mediaStateUpdate } from './bare.workflow.js';
import type { CallFlow } from './orders.js';
import { announceReady, serveOrders } from './serve-orders.js';

export interface BareSettings {
  readonly address: string;
  readonly namespace: string;
  readonly bundlePath: string;
  /** Together they share one connection, so that starts are eager. */
  readonly parts: readonly ('worker' | 'client')[];
}

const MAX_DURATION_MS = 14_400_000;
const REASON = 'r'.repeat(50);
const BY_CALLER = { user_id: '9007199254740993001', terminal_id: 'caller-phone' };
const BY_CALLEE = { user_id: '9007199254740993002', terminal_id: 'callee-phone' };

async function runWorker(engine: EngineConnection, bundlePath: string): Promise<void> {
  const { connection, namespace } = engine;
  const worker = await createWorker({
    connection,
    namespace,
    workflowBundle: { codePath: bundlePath },
    activities: {},
    maxCachedWorkflows: 20_000,
    shutdownGraceMs: 10_000,
  });
  void worker.run();
}

function bareFlow(client: Client, eager: boolean): CallFlow {
  const { getHandle } = client.workflow;
  const handle = getHandle.bind(client.workflow);
  return {
    async create(ringSeconds) {
      const workflowId = `call-${randomUUID()}`;
      await client.workflow.start(bareCall, {
        workflowId,
        taskQueue: CALL_TASK_QUEUE,
        args: [ringSeconds * 1_000, MAX_DURATION_MS],
        requestEagerStart: eager,
        workflowTaskTimeout: '3s',
      });
      return workflowId;
    },
    async accept(id) {
      await handle(id).executeUpdate(acceptUpdate, { args: [BY_CALLEE] });
    },
    async join(id, side) {
      const by = side === 'caller' ? BY_CALLER : BY_CALLEE;
      await handle(id).executeUpdate(mediaStateUpdate, { args: [by] });
    },
    async hangup(id) {
      await handle(id).executeUpdate(hangupUpdate, { args: [{ ...BY_CALLER, reason: REASON }] });
    },
  };
}

const { address, namespace, bundlePath, parts } = JSON.parse(process.argv[2] ?? '') as BareSettings;
Runtime.install({
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  shutdownSignals: [],
});
const engine = await connect({
  env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
});
const hasWorker = parts.includes('worker');
if (hasWorker) await runWorker(engine, bundlePath);
if (parts.includes('client')) serveOrders(bareFlow(engine.client, hasWorker));
else announceReady();
