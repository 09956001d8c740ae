import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { outcomeOfFailure } from '../../src/engine/client-errors.js';
import type { CallResult } from '../../workflows/call/messages.js';
import { byCallee } from '../support/calls.js';
import { type Outcomes, type Picture, raceRuns, splitOf } from '../support/race.js';
import { type Rig, startRig } from '../support/rig.js';
import { runSeed, seeded, shuffled } from '../support/seeded.js';

const TOGETHER = 25;
/** Until then the worker has stopped, and half of the accepts wait for it. */
const RING_MS = 10_000;
const WAIT_MS = 60_000;

type First = 'accept' | 'deadline';

/** In one task the deadline is applied before the accept is judged, whichever was there first. */
const REFUSED = { accept: 41007, end: 'ended, no_answer, version 2', task: 'the same' };
const OUTCOMES: Outcomes = {
  'the accept was there first': { first: 'accept', ...REFUSED },
  'the deadline was there first': { first: 'deadline', ...REFUSED },
};

it('an accept and the ring deadline in one task: the accept is refused', async () => {
  const rig = await startRig();
  const split = splitOf('accept and ring deadline in one task', OUTCOMES);
  const count = raceRuns();
  const half = Array.from({ length: count }, (_, run): First => (run % 2 ? 'accept' : 'deadline'));
  const order = shuffled(half, seeded(runSeed()));
  for (let done = 0; done < count; done += TOGETHER) {
    for (const picture of await playRound(rig, order.slice(done, done + TOGETHER))) {
      split.count(picture);
    }
  }
  split.finish();
});

/** Nobody works on a call from its first task on until both the accept and the deadline are due. */
async function playRound(rig: Rig, order: readonly First[]): Promise<Picture[]> {
  const calls = await Promise.all(order.map((first) => ringingCall(rig, first)));
  const of = (first: First) => calls.filter((call) => call.first === first);
  const ringsAreOver = pause(RING_MS);
  await rig.stopWorker();
  const early = await Promise.all(of('accept').map((call) => acceptWaits(rig, call.callId)));
  await ringsAreOver;
  await Promise.all(
    calls.map(({ callId }) => until(async () => isRungOut(await eventsOf(rig, callId)))),
  );
  const late = await Promise.all(of('deadline').map((call) => acceptWaits(rig, call.callId)));
  await rig.startWorker();
  return Promise.all([...early, ...late].map((waiting) => pictureOf(rig, waiting)));
}

interface Ringing {
  readonly callId: number;
  /** Which of the two is to be there first. */
  readonly first: First;
}

async function ringingCall(rig: Rig, first: First): Promise<Ringing> {
  const { callId } = (await rig.start({ ringTimeoutMs: RING_MS })).state;
  await until(async () => isRinging(await eventsOf(rig, callId)));
  return { callId, first };
}

interface Waiting {
  readonly callId: number;
  /** Which of the two the server had first. */
  readonly first: First;
  /** How many tasks had begun when the server had the accept. */
  readonly tasks: number;
  readonly answer: Promise<string | number>;
}

/** Sends an accept, and waits until the server says that it has it. */
async function acceptWaits(rig: Rig, callId: number): Promise<Waiting> {
  const workflowId = callWorkflowId(callId);
  const updateId = randomUUID();
  const answer = rig.client.workflow
    .getHandle(workflowId)
    .executeUpdate('accept', { args: [byCallee], updateId })
    .then(() => 'accepted', told);
  const updateRef = { workflowExecution: { workflowId }, updateId };
  const { namespace } = rig;
  const isThere = () =>
    rig.client.workflowService.pollWorkflowExecutionUpdate({ namespace, updateRef });
  await until(() => isThere().then(() => true, notFoundYet));
  const events = await eventsOf(rig, callId);
  const first = isRungOut(events) ? 'deadline' : 'accept';
  return { callId, answer, first, tasks: tasksIn(events) };
}

function told(error: unknown): string | number {
  const outcome = outcomeOfFailure(error);
  return outcome.kind === 'refused' ? outcome.code : outcome.kind;
}

const NOT_FOUND = 5;
function notFoundYet(error: unknown): false {
  if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return false;
  throw error;
}

async function pictureOf(rig: Rig, { callId, first, tasks, answer }: Waiting): Promise<Picture> {
  const accept = await answer;
  if (accept === 'accepted') await rig.engine.command(callId, 'hangup', byCallee);
  const { status, cause, version } = (await rig.result(callId)) as CallResult;
  const end = `${status}, ${cause}, version ${version}`;
  const events = await eventsOf(rig, callId);
  const fired = events.findIndex(({ timerFiredEventAttributes: is }) => is);
  // No task began between the two, so the next one that did was given both.
  const task = tasksIn(events.slice(0, fired)) === tasks ? 'the same' : 'another';
  return { first, accept, end, task };
}

type Event = Awaited<ReturnType<typeof eventsOf>>[number];

async function eventsOf(rig: Rig, callId: number) {
  const history = await rig.client.workflow.getHandle(callWorkflowId(callId)).fetchHistory();
  return history.events ?? [];
}

const isRinging = (events: readonly Event[]): boolean =>
  events.some(({ timerStartedEventAttributes: is }) => is);
const isRungOut = (events: readonly Event[]): boolean =>
  events.some(({ timerFiredEventAttributes: is }) => is);
const tasksIn = (events: readonly Event[]): number =>
  events.filter(({ workflowTaskStartedEventAttributes: is }) => is).length;

async function until(holds: () => Promise<boolean>): Promise<void> {
  const latest = performance.now() + WAIT_MS;
  while (!(await holds())) {
    expect(performance.now(), 'waited too long').toBeLessThan(latest);
    await pause(100);
  }
}
