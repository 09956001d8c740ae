import { setTimeout as pause } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { withoutProvider } from '../../activities/robot-calls.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import type { Placings } from '../../src/ports/placings.js';
import type { FindPlacedOutcome } from '../../src/ports/robot-calls.js';
import { createPlacer } from '../../src/service/place-once.js';
import { createPlacingsInMemory, type PlacingsInMemory } from '../support/placings-in-memory.js';
import { aRecord, createProviderInMemory } from '../support/provider-in-memory.js';
import { aPlan } from '../support/robot-backend.js';
import { activities } from './fixtures.js';

/** In the workflow of call 1. */
const inCall = (more: object = {}) =>
  new MockActivityEnvironment({
    workflowExecution: { workflowId: callWorkflowId(1), runId: 'run' },
    ...more,
  });
/** As it is where the request of call 1 has left and nobody heard what came of it. */
async function takenOn(): Promise<PlacingsInMemory> {
  const placings = createPlacingsInMemory();
  await placings.takeOn(1);
  return placings;
}

describe('placing a call', () => {
  const scheduled = (currentAttemptScheduledTimestampMs: number) =>
    inCall({ currentAttemptScheduledTimestampMs });

  it('sends nothing once its worker was held up for longer than the call waits', async () => {
    const provider = createProviderInMemory();
    const { placeRobotCall } = activities(provider);
    const late = await scheduled(Date.now() - 10_001).run(placeRobotCall, aPlan());
    expect(late).toEqual({
      type: 'refused',
      code: 60014,
      info: 'not sent: the worker was held up',
    });
    expect(provider.asked).toEqual([]);
    const again = await scheduled(Date.now()).run(placeRobotCall, aPlan());
    expect(again).toEqual(late);
    const inTime = await scheduled(Date.now()).run(activities(provider).placeRobotCall, aPlan());
    expect(inTime).toMatchObject({ type: 'placed' });
  });

  it('sends nothing where another process has taken it on, and says what that one heard', async () => {
    const provider = createProviderInMemory();
    const placings = await takenOn();
    const { placeRobotCall } = activities(provider, { placings });
    const answer = scheduled(Date.now()).run(placeRobotCall, aPlan());
    await pause(100);
    const heard = { type: 'placed', providerCallId: 'p-1', claimed: true } as const;
    await placings.keep(1, heard);
    expect(await answer).toEqual(heard);
    expect(provider.asked).toEqual([]);
  });

  it('that is withdrawn is not sent, unless it was', async () => {
    const provider = createProviderInMemory();
    const withdrawn = (placings?: Placings) =>
      scheduled(Date.now()).run(
        activities(provider, placings && { placings }).placeRobotCall,
        aPlan(),
        'ended before',
      );
    expect(await withdrawn()).toMatchObject({ type: 'refused', info: 'not sent: ended before' });
    const placings = await takenOn();
    await placings.keep(1, { type: 'placed', providerCallId: 'p-1' });
    expect(await withdrawn(placings)).toEqual({ type: 'placed', providerCallId: 'p-1' });
    expect(provider.asked).toEqual([]);
  });

  it('is refused, and not in doubt, where no provider is configured', async () => {
    const placings = createPlacingsInMemory();
    const placer = createPlacer({ robotCalls: undefined, placings, now: Date.now });
    const { placeRobotCall } = withoutProvider({ placer, stopping: new AbortController().signal });
    const report = await scheduled(Date.now()).run(placeRobotCall, aPlan());
    expect(report).toMatchObject({ type: 'refused', info: 'not sent: no provider is configured' });
  });
});

describe('searching for a call', () => {
  const lost = (withinMs: number) => ({
    plan: aPlan(),
    askedAt: Date.now(),
    until: Date.now() + withinMs,
  });

  it('shows signs of life through a search that takes long', async () => {
    const provider = createProviderInMemory();
    const environment = inCall({ heartbeatTimeoutMs: 60 });
    const placings = await takenOn();
    let found = (_outcome: FindPlacedOutcome) => {};
    provider.findPlaced = () =>
      new Promise((resolve) => {
        found = resolve;
      });
    let beats = 0;
    environment.on('heartbeat', () => {
      beats += 1;
      if (beats === 3) found({ kind: 'found', record: aRecord() });
    });
    const reports = await environment.run(
      activities(provider, { placings }).findRobotCall,
      lost(60_000),
    );
    expect(reports).toMatchObject([{ type: 'placed' }, { type: 'over', cause: 'hangup' }]);
  });

  it.each([
    ['nothing was found', { kind: 'none' }],
    ['several could be it', { kind: 'ambiguous', providerCallIds: ['a', 'b'] }],
    ['nobody answers', { kind: 'unknown', throttled: false, evidence: {} }],
  ] satisfies [string, FindPlacedOutcome][])(
    'goes on until its time when %s',
    async (_what, find) => {
      const provider = createProviderInMemory();
      let searches = 0;
      provider.findPlaced = async () => {
        searches += 1;
        return find;
      };
      const { findRobotCall } = activities(provider, { placings: await takenOn() });
      const search = lost(300);
      expect(await inCall().run(findRobotCall, search)).toEqual([]);
      expect(Date.now()).toBeGreaterThanOrEqual(search.until);
      expect(searches).toBeGreaterThanOrEqual(1);
    },
  );

  it('looks once although its time is over: we may have been away', async () => {
    const provider = createProviderInMemory();
    provider.find = { kind: 'found', record: aRecord() };
    const { findRobotCall } = activities(provider, { placings: await takenOn() });
    const reports = await inCall().run(findRobotCall, lost(-60_000));
    expect(reports).toMatchObject([{ type: 'placed' }, { type: 'over' }]);
  });

  it('first looks whether whoever asked for it has heard', async () => {
    const provider = createProviderInMemory();
    const placings = await takenOn();
    await placings.keep(1, { type: 'placed', providerCallId: 'p-1' });
    const { findRobotCall } = activities(provider, { placings });
    expect(await inCall().run(findRobotCall, lost(60_000))).toEqual([
      { type: 'placed', providerCallId: 'p-1' },
    ]);
    expect(provider.searches).toBe(0);
  });

  it('says that nobody has asked for it, and nobody can any more', async () => {
    const provider = createProviderInMemory();
    const { findRobotCall, placeRobotCall } = activities(provider);
    const given = { type: 'refused', code: 60014, info: 'not sent: it was given up' };
    expect(await inCall().run(findRobotCall, lost(60_000))).toEqual([given]);
    expect(await inCall().run(placeRobotCall, aPlan())).toEqual(given);
    expect(provider.asked).toEqual([]);
  });
});
