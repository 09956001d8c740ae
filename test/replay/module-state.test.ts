import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, expect, it } from 'vitest';
import { quietRuntime } from './quiet-runtime.js';

const EXECUTIONS = 20;

/** An execution that did nothing but end, written by hand. */
const history = (type: string) => ({
  events: [
    {
      eventId: '1',
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
      eventTime: '2026-01-01T00:00:00Z',
      workflowExecutionStartedEventAttributes: {
        workflowType: { name: type },
        taskQueue: { name: 'calls' },
        originalExecutionRunId: 'run',
        firstExecutionRunId: 'run',
        workflowTaskTimeout: '10s',
        attempt: 1,
      },
    },
    {
      eventId: '2',
      eventType: 'EVENT_TYPE_WORKFLOW_TASK_SCHEDULED',
      workflowTaskScheduledEventAttributes: { taskQueue: { name: 'calls' }, attempt: 1 },
    },
    {
      eventId: '3',
      eventType: 'EVENT_TYPE_WORKFLOW_TASK_STARTED',
      eventTime: '2026-01-01T00:00:01Z',
      workflowTaskStartedEventAttributes: { scheduledEventId: '2' },
    },
    {
      eventId: '4',
      eventType: 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED',
      workflowTaskCompletedEventAttributes: { scheduledEventId: '2', startedEventId: '3' },
    },
    {
      eventId: '5',
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
      workflowExecutionCompletedEventAttributes: { workflowTaskCompletedEventId: '4' },
    },
  ],
});

let code: string;
beforeAll(async () => {
  quietRuntime();
  const workflowsPath = fileURLToPath(new URL('./leak.workflow.ts', import.meta.url));
  ({ code } = await bundleWorkflowCode({ workflowsPath, logger: Runtime.instance().logger }));
});

async function replayed(type: string, times: number): Promise<(Error | undefined)[]> {
  const histories = Array.from({ length: times }, (_, nth) => ({
    workflowId: `execution-${nth}`,
    history: history(type),
  }));
  const errors: (Error | undefined)[] = [];
  const results = Worker.runReplayHistories({ workflowBundle: { code } }, histories);
  for await (const { error } of results) errors.push(error);
  return errors;
}

it('keeps what a module remembers from the next execution in the same worker', async () => {
  expect(await replayed('counting', EXECUTIONS)).toEqual(Array(EXECUTIONS).fill(undefined));
});

it('would see it if an execution remembered another', async () => {
  expect(await replayed('countingTwice', 1)).toEqual([expect.any(DeterminismViolationError)]);
});
