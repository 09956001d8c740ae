import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { CALL_TASK_QUEUE, WEBHOOK_TASK_QUEUE } from '../contract/names.js';

export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workflowBundle: WorkflowBundleOption;
  readonly activities: object;
  readonly maxCachedWorkflows: number;
  readonly shutdownGraceMs: number;
}

/**
 * A sticky queue is left after one second, so that the calls of a killed worker are taken up by
 * another one soon; more non-sticky pollers than by default, because every call begins there.
 */
export const createWorker = (parts: WorkerParts): Promise<Worker> =>
  Worker.create({
    connection: parts.connection,
    namespace: parts.namespace,
    taskQueue: CALL_TASK_QUEUE,
    workflowBundle: parts.workflowBundle,
    activities: parts.activities,
    maxCachedWorkflows: parts.maxCachedWorkflows,
    // Each live call of a provider is followed by an activity that mostly waits.
    maxConcurrentActivityTaskExecutions: 10_000,
    maxConcurrentWorkflowTaskExecutions: 200,
    maxConcurrentWorkflowTaskPolls: 20,
    nonStickyToStickyPollRatio: 0.4,
    stickyQueueScheduleToStartTimeout: '1s',
    shutdownGraceTime: parts.shutdownGraceMs,
    shutdownForceTime: parts.shutdownGraceMs + 5_000,
  });

/** What mostly waits for endpoints has no part in the calls but the process. */
export const createWebhookWorker = (
  parts: Omit<WorkerParts, 'workflowBundle' | 'maxCachedWorkflows'>,
): Promise<Worker> =>
  Worker.create({
    connection: parts.connection,
    namespace: parts.namespace,
    taskQueue: WEBHOOK_TASK_QUEUE,
    activities: parts.activities,
    maxConcurrentActivityTaskExecutions: 2_000,
    shutdownGraceTime: parts.shutdownGraceMs,
    shutdownForceTime: parts.shutdownGraceMs + 5_000,
  });
