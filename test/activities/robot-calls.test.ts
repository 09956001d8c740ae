import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { PACE } from '../../activities/robot-calls.js';
import type { FindPlacedOutcome, LookUpOutcome } from '../../src/ports/robot-calls.js';
import {
  aRecord,
  createProviderInMemory,
  PROVIDER_CALL_ID,
} from '../support/provider-in-memory.js';
import { aPlan } from '../support/robot-backend.js';
import { activities, FAST } from './robot-fixtures.js';

const followed = (state: 'ringing' | 'present' = 'ringing') => ({
  providerCallId: PROVIDER_CALL_ID,
  robot: 'robot',
  known: [{ userId: 'jack', state }],
  isGroup: false,
  ringUntil: Date.now() + 30_000,
  isAsked: false,
});

const away = (throttled: boolean) => ({ kind: 'unknown', throttled, evidence: {} }) as const;

/** Each pause shows this many signs of life per millisecond that was wanted, however late it is. */
const SLICE_MS = 10;
const watched = () => new MockActivityEnvironment({ heartbeatTimeoutMs: 3 * SLICE_MS });

/** Gives these answers in turn, and then the last one; tells the pauses between the questions. */
function answering<A>(environment: MockActivityEnvironment, answers: readonly A[], last: A) {
  const beatsBefore: number[] = [];
  let beats = 0;
  environment.on('heartbeat', () => {
    beats += 1;
  });
  return {
    async answer(): Promise<A> {
      beatsBefore.push(beats);
      return answers[beatsBefore.length - 1] ?? last;
    },
    pauses: () =>
      beatsBefore.slice(1).map((after, nth) => (after - (beatsBefore[nth] ?? 0)) * SLICE_MS),
  };
}

/** Answers look-ups in turn, and then that the call is gone; tells the pauses between them. */
async function pausesAfter(
  answers: readonly LookUpOutcome[],
  { pace = FAST, follow = followed() } = {},
): Promise<number[]> {
  const environment = watched();
  const provider = createProviderInMemory();
  const gone: LookUpOutcome = { kind: 'gone', evidence: {} };
  const { answer, pauses } = answering(environment, answers, gone);
  provider.lookUp = answer;
  const { followRobotCall } = activities(provider, { pace });
  const news = await environment.run(followRobotCall, follow);
  expect(news).toEqual([{ type: 'forgotten' }]);
  return pauses();
}

/** Of each command of Tencent's. */
const ALLOWED_PER_SECOND = 200;

describe('following a call', () => {
  it('waits twice as long after each answer that is none, up to its longest pause', async () => {
    const throttled = Array.from({ length: 6 }, () => away(true));
    expect(await pausesAfter(throttled)).toEqual([20, 40, 80, 80, 80, 80]);
  });

  it('is back at its pace after the first good answer', async () => {
    const rings: LookUpOutcome = { kind: 'live', parties: [{ userId: 'jack', state: 'ringing' }] };
    const answers = [away(true), away(false), rings, rings, away(true)];
    const pace = { ...FAST, slowest: 600_000 };
    expect(await pausesAfter(answers, { pace })).toEqual([20, 40, 10, 10, 20]);
  });

  it('asks as often as ever while one of several still rings, and less when nobody does', async () => {
    const pausesIn = (jack: 'ringing' | 'present') => {
      const known = [
        { userId: 'jack', state: jack },
        { userId: 'kim', state: 'present' as const },
      ];
      const follow = { ...followed(), known, isGroup: true };
      const answer: LookUpOutcome = { kind: 'live', parties: known };
      return pausesAfter([answer, answer], { follow });
    };
    expect(await pausesIn('ringing')).toEqual([10, 10]);
    expect(await pausesIn('present')).toEqual([30, 30]);
  });

  it('shows signs of life three times within what the server waits for', async () => {
    const rings: LookUpOutcome = { kind: 'live', parties: [{ userId: 'jack', state: 'ringing' }] };
    const pace = { ...FAST, ringing: 9 * SLICE_MS, slowest: 600_000 };
    expect(await pausesAfter([rings], { pace })).toEqual([9 * SLICE_MS]);
  });

  it('shows none as long as it has only just begun', async () => {
    const environment = new MockActivityEnvironment({
      heartbeatTimeoutMs: 60_000,
      currentAttemptScheduledTimestampMs: Date.now(),
    });
    let beats = 0;
    environment.on('heartbeat', () => {
      beats += 1;
    });
    const provider = createProviderInMemory();
    const news = environment.run(activities(provider).followRobotCall, followed());
    await expect.poll(() => provider.lookUps).toBeGreaterThan(2);
    provider.parties = 'gone';
    await news;
    expect(beats).toBe(0);
  });

  it('asks each second while somebody rings, then every five, and never less than twice a minute', () => {
    const { word: _word, ...pauses } = PACE;
    expect(pauses).toEqual({ ringing: 1_000, talking: 5_000, waiting: 1_000, slowest: 30_000 });
  });

  it('of a hundred calls costs at most half of what Tencent allows, rung or talked in', () => {
    const perSecond = (pauseMs: number) => (100 * 1_000) / pauseMs;
    expect(perSecond(PACE.ringing)).toBe(100);
    expect(perSecond(PACE.talking)).toBe(20);
    expect(Math.max(perSecond(PACE.ringing), perSecond(PACE.talking))).toBeLessThan(
      ALLOWED_PER_SECOND,
    );
  });

  it('says that nothing is different where somebody waits to hear it', async () => {
    const provider = createProviderInMemory();
    provider.parties = 'away';
    const { followRobotCall } = activities(provider);
    const asked = { ...followed(), isAsked: true };
    const answer = new MockActivityEnvironment().run(followRobotCall, asked);
    await expect.poll(() => provider.lookUps).toBeGreaterThan(2);
    provider.parties = [{ userId: 'jack', state: 'ringing' }];
    expect(await answer).toEqual([{ type: 'as-known' }]);
  });

  it('waits for a word of why somebody of a group is out, and guesses when none comes', async () => {
    const provider = createProviderInMemory();
    provider.parties = [{ userId: 'kim', state: 'ringing' }];
    const { followRobotCall } = activities(provider);
    const known = ['jack', 'kim'].map((userId) => ({ userId, state: 'ringing' as const }));
    const group = { ...followed(), known, isGroup: true };
    const follow = (more = {}) => watched().run(followRobotCall, { ...group, ...more });
    const begun = Date.now();
    expect(await follow()).toEqual([{ type: 'party', userId: 'jack', fact: 'rejected' }]);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(FAST.word);
    const lookUps = provider.lookUps;
    await follow({ isAsked: true });
    expect(provider.lookUps).toBe(lookUps + 1);
  });

  it('keeps nobody’s answer back because of a guess about somebody else', async () => {
    const provider = createProviderInMemory();
    provider.parties = [{ userId: 'kim', state: 'present' }];
    const { followRobotCall } = activities(provider);
    const known = ['jack', 'kim'].map((userId) => ({ userId, state: 'ringing' as const }));
    const news = await watched().run(followRobotCall, { ...followed(), known, isGroup: true });
    expect(news).toEqual([{ type: 'party', userId: 'kim', fact: 'answered' }]);
    expect(provider.lookUps).toBe(1);
  });

  it('says that the provider has forgotten the call', async () => {
    const provider = createProviderInMemory();
    provider.parties = 'gone';
    const { followRobotCall } = activities(provider);
    const news = await new MockActivityEnvironment().run(followRobotCall, followed('present'));
    expect(news).toEqual([{ type: 'forgotten' }]);
  });

  it('is left to another worker at once when this one stops', async () => {
    const stopping = new AbortController();
    const provider = createProviderInMemory();
    const pace = { ...FAST, ringing: 600_000, slowest: 600_000 };
    const { followRobotCall } = activities(provider, { pace, stopping: stopping.signal });
    const followedBy = new MockActivityEnvironment().run(followRobotCall, followed());
    await expect.poll(() => provider.lookUps).toBe(1);
    stopping.abort();
    await expect(followedBy).rejects.toMatchObject({ type: 'WORKER_STOPS', nonRetryable: false });
  });

  it('ends when its call does not need it any more', async () => {
    const provider = createProviderInMemory();
    const environment = new MockActivityEnvironment();
    const pace = { ...FAST, ringing: 600_000, slowest: 600_000 };
    const { followRobotCall } = activities(provider, { pace });
    const followedBy = environment.run(followRobotCall, followed());
    await expect.poll(() => provider.lookUps).toBe(1);
    environment.cancel();
    await expect(followedBy).rejects.toMatchObject({ name: 'CancelledFailure' });
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
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 60 });
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
    const reports = await environment.run(activities(provider).findRobotCall, lost(60_000));
    expect(reports).toMatchObject([{ type: 'placed' }, { type: 'over', cause: 'hangup' }]);
  });

  it('waits twice as long after each search that was no answer, up to its longest pause', async () => {
    const environment = watched();
    const provider = createProviderInMemory();
    const none: FindPlacedOutcome = { kind: 'none' };
    const answers = [away(true), away(false), away(true), away(true), none, none, away(true)];
    const found: FindPlacedOutcome = { kind: 'found', record: aRecord() };
    const { answer, pauses } = answering<FindPlacedOutcome>(environment, answers, found);
    provider.findPlaced = answer;
    const pace = { ...FAST, talking: 10 };
    await environment.run(activities(provider, { pace }).findRobotCall, lost(600_000));
    expect(pauses()).toEqual([20, 40, 80, 80, 10, 10, 20]);
  });

  it.each([
    ['nothing was found', { kind: 'none' }],
    ['several could be it', { kind: 'ambiguous', providerCallIds: ['a', 'b'] }],
    ['nobody answers', { kind: 'unknown', throttled: false, evidence: {} }],
  ] satisfies [string, FindPlacedOutcome][])(
    'goes on until its time, and looks once more then, when %s',
    async (_what, find) => {
      const provider = createProviderInMemory();
      let searches = 0;
      provider.findPlaced = async () => {
        searches += 1;
        return find;
      };
      const pace = { ...FAST, talking: 600_000, slowest: 600_000 };
      const { findRobotCall } = activities(provider, { pace });
      const search = lost(300);
      expect(await new MockActivityEnvironment().run(findRobotCall, search)).toEqual([]);
      expect(Date.now()).toBeGreaterThanOrEqual(search.until);
      expect(searches).toBeGreaterThanOrEqual(2);
    },
  );

  it('looks once although its time is over: we may have been away', async () => {
    const provider = createProviderInMemory();
    provider.find = { kind: 'found', record: aRecord() };
    const { findRobotCall } = activities(provider);
    const reports = await new MockActivityEnvironment().run(findRobotCall, lost(-60_000));
    expect(reports).toMatchObject([{ type: 'placed' }, { type: 'over' }]);
  });
});
