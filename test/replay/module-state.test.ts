import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';
import { bundleWorkflowCode, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/engine/bundle.js';
import { PROJECT } from '../support/built-product.js';
import { quietRuntime } from './quiet-runtime.js';

/** An execution that did nothing but end, written by hand. */
const HISTORY = {
  events: [
    {
      eventId: '1',
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
      eventTime: '2026-01-01T00:00:00Z',
      workflowExecutionStartedEventAttributes: {
        workflowType: { name: 'counting' },
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
};

const LEAK = fileURLToPath(new URL('./leak.workflow.ts', import.meta.url));

/** Names at the top of a module that could remember something from one call to the next. */
function stateIn(path: string): string[] {
  const { body } = parseSync(readFileSync(path, 'utf8'), { syntax: 'typescript' });
  return body
    .map((item) => (item.type === 'ExportDeclaration' ? item.declaration : item))
    .flatMap((item) => {
      if (item.type === 'ClassDeclaration') {
        return item.body
          .filter((member) => member.type === 'ClassProperty' && member.isStatic)
          .map(() => `static of ${item.identifier.value}`);
      }
      if (item.type !== 'VariableDeclaration') return [];
      return item.declarations
        .filter(({ init }) => item.kind !== 'const' || isContainer(init))
        .map(({ id }) => (id.type === 'Identifier' ? id.value : id.type));
    });
}

/** A constant that is born empty, or made by `new`, is there to be filled. */
function isContainer(init: object | undefined): boolean {
  if (init === undefined || !('type' in init)) return false;
  if (init.type === 'NewExpression') return true;
  return (
    ('elements' in init && Array.isArray(init.elements) && init.elements.length === 0) ||
    ('properties' in init && Array.isArray(init.properties) && init.properties.length === 0)
  );
}

async function replayedTwice(preloadModules: string[]): Promise<(Error | undefined)[]> {
  quietRuntime();
  const { logger } = Runtime.instance();
  const { code } = await bundleWorkflowCode({ workflowsPath: LEAK, preloadModules, logger });
  const histories = ['first', 'second'].map((workflowId) => ({ workflowId, history: HISTORY }));
  const errors: (Error | undefined)[] = [];
  for await (const { error } of Worker.runReplayHistories(
    { workflowBundle: { code } },
    histories,
  )) {
    errors.push(error);
  }
  return errors;
}

it('lets no module that calls share remember anything', async () => {
  const { modules } = await bundleWorkflows();
  const paths = modules.map((module) => module.replace(/^.*!/, ''));
  const sources = paths.filter((path) => path.startsWith(PROJECT) && !/node_modules/.test(path));

  expect(sources.length).toBeGreaterThan(20);
  expect(sources.flatMap((path) => stateIn(path).map((name) => `${path}: ${name}`))).toEqual([]);
});

it('would report a module that remembers', () => {
  expect(stateIn(LEAK)).toEqual(['executions', 'known', 'static of Counter']);
});

it('must look, because a shared module shows one execution what another has left', async () => {
  expect(await replayedTwice([])).toEqual([undefined, undefined]);
  expect(await replayedTwice([LEAK])).toContainEqual(expect.any(DeterminismViolationError));
});
