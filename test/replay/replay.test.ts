import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/engine/bundle.js';
import { replayed } from '../support/replayed.js';
import { HISTORIES } from './histories.js';
import { quietRuntime } from './quiet-runtime.js';
import { fileOf, STORIES } from './stories.js';

interface Event {
  readonly eventType: string;
  readonly [attributes: string]: unknown;
}

interface History {
  readonly events: readonly Event[];
}

const load = (file: string): string => readFileSync(new URL(file, HISTORIES), 'utf8');
const parsed = (file: string) => JSON.parse(load(file)) as History;

let code: string;
beforeAll(async () => {
  quietRuntime();
  ({ code } = await bundleWorkflows());
});

/** Ours, scrubbed, and the one by which the server passes a signal from call to call. */
const IDENTITIES = ['recorder', 'history-service'];

const replay = (history: unknown): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: { code } }, history, 'call-1');

it('has one history for every story, and no other', () => {
  expect(readdirSync(HISTORIES).sort()).toEqual(Object.keys(STORIES).map(fileOf).sort());
});

describe.each(Object.keys(STORIES))('the history of a call that is %s', (story) => {
  it('replays with the workflow of today', async () => {
    await replay(parsed(fileOf(story)));
  });

  it('is whole, and names no machine', () => {
    const { events } = parsed(fileOf(story));
    expect(events.length).toBeGreaterThan(5);
    expect(events[0]?.eventType).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_STARTED');
    expect(events.at(-1)?.eventType).toBe(
      story.endsWith('first run')
        ? 'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW'
        : 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
    );
    const text = load(fileOf(story));
    const identities = [...text.matchAll(/"identity": "(.*)"/g)].map(([, name]) => name);
    expect(identities).toContain('recorder');
    expect(identities.filter((name) => !IDENTITIES.includes(name ?? ''))).toEqual([]);
    expect(text).not.toMatch(/\d@|\/(home|root|tmp|work|Users)\//);
  });
});

/** Histories of a workflow that did other things than this one does. */
const MUTATIONS: readonly (readonly [what: string, from: string, to: string])[] = [
  ['another activity', '"recordCall"', '"recordTheCall"'],
  ['no timer', 'EVENT_TYPE_TIMER_STARTED', 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED'],
  [
    'no search attributes',
    'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
    'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED',
  ],
];

it.each(MUTATIONS)('reports a history with %s as not its own', async (_, from, to) => {
  const text = load(fileOf('answered and hung up'));
  expect(text).toContain(from);
  const mutated: unknown = JSON.parse(text.replaceAll(from, to));
  await expect(replay(mutated)).rejects.toThrow(DeterminismViolationError);
});

it('finds the one among many histories that is not its own, and what comes after it', async () => {
  const text = load(fileOf('answered and hung up'));
  const texts = [text, text.replaceAll('"recordCall"', '"recordTheCall"'), text];
  const histories = texts.map((each, nth) => ({
    workflowId: `call-${nth}`,
    history: historyFromJSON(JSON.parse(each)),
  }));
  const { count, wrong } = await replayed(histories, { code });
  expect(count).toBe(3);
  expect(wrong).toEqual([
    { ...histories[1], why: expect.stringMatching(/nondeterminism/i) as string },
  ]);
});

it('reports a history of a robot call that asked its provider otherwise as not its own', async () => {
  const text = load(fileOf('a robot’s, cancelled while it rings'));
  expect(text).toContain('"closeRobotCall"');
  const mutated: unknown = JSON.parse(text.replaceAll('"closeRobotCall"', '"endRobotCall"'));
  await expect(replay(mutated)).rejects.toThrow(DeterminismViolationError);
});

it('reports a history of a phone call that asked its provider otherwise as not its own', async () => {
  const text = load(fileOf('by phone, cancelled while it rings'));
  expect(text).toContain('"endPhoneCall"');
  const mutated: unknown = JSON.parse(text.replaceAll('"endPhoneCall"', '"closePhoneCall"'));
  await expect(replay(mutated)).rejects.toThrow(DeterminismViolationError);
});
