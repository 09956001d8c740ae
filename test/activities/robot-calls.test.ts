import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { PACE } from '../../activities/robot-calls.js';
import type { LookUpOutcome } from '../../src/ports/robot-calls.js';
import {
  aRecord,
  createProviderInMemory,
  PROVIDER_CALL_ID,
} from '../support/provider-in-memory.js';
import { activities, FAST } from './fixtures.js';

const followed = (state: 'ringing' | 'present' = 'ringing') => ({
  providerCallId: PROVIDER_CALL_ID,
  robot: 'robot',
  known: [{ userId: 'jack', state }],
  isGroup: false,
  ringUntil: Date.now() + 30_000,
  isAsked: false,
});

const talking = [{ userId: 'jack', state: 'present' }] as const;
const away = (throttled: boolean): LookUpOutcome => ({ kind: 'unknown', throttled, evidence: {} });

/** Each pause shows this many signs of life per millisecond that was wanted, however late it is. */
const SLICE_MS = 10;
const watched = () => new MockActivityEnvironment({ heartbeatTimeoutMs: 3 * SLICE_MS });

/** Answers look-ups in turn, and then with an answered call; tells the pauses between them. */
async function pausesAfter(answers: readonly LookUpOutcome[], pace = FAST): Promise<number[]> {
  const environment = watched();
  const provider = createProviderInMemory();
  const beatsBefore: number[] = [];
  let beats = 0;
  environment.on('heartbeat', () => {
    beats += 1;
  });
  provider.lookUp = async () => {
    beatsBefore.push(beats);
    return answers[beatsBefore.length - 1] ?? { kind: 'live', parties: [...talking] };
  };
  const { followRobotCall } = activities(provider, { pace });
  const news = await environment.run(followRobotCall, followed());
  expect(news).toEqual([{ type: 'party', userId: 'jack', fact: 'answered' }]);
  return beatsBefore.slice(1).map((after, nth) => (after - (beatsBefore[nth] ?? 0)) * SLICE_MS);
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
    expect(await pausesAfter(answers, pace)).toEqual([20, 40, 10, 10, 20]);
  });

  it('shows signs of life three times within what the server waits for', async () => {
    const rings: LookUpOutcome = { kind: 'live', parties: [{ userId: 'jack', state: 'ringing' }] };
    const pace = { ...FAST, ringing: 9 * SLICE_MS, slowest: 600_000 };
    expect(await pausesAfter([rings], pace)).toEqual([9 * SLICE_MS]);
  });

  it('asks each second while somebody rings, then every five, and never less than twice a minute', () => {
    expect(PACE).toEqual({
      ringing: 1_000,
      talking: 5_000,
      waiting: 1_000,
      elsewhere: 50,
      slowest: 30_000,
    });
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

describe('ending and closing a call', () => {
  it('fails, to be tried again, until the provider says that it is over', async () => {
    const provider = createProviderInMemory();
    const { endRobotCall } = activities(provider);
    const end = (isForgotten = false) =>
      new MockActivityEnvironment().run(endRobotCall, {
        providerCallId: PROVIDER_CALL_ID,
        isForgotten,
      });
    provider.onEnd = async () => ({ kind: 'unknown', throttled: true, evidence: { code: 60011 } });
    await expect(end()).rejects.toMatchObject({
      type: 'PROVIDER_DID_NOT_END',
      message: 'code=60011',
      nonRetryable: false,
    });
    provider.onEnd = async () => ({ kind: 'gone', evidence: { code: 101004 } });
    await end();
    const refusal = {
      kind: 'refused',
      reason: 'configuration',
      evidence: { code: 60006 },
    } as const;
    provider.onEnd = async () => refusal;
    await expect(end()).rejects.toMatchObject({ message: 'code=60006' });
    await end(true);
  });

  it('waits for the record, and says that it is lost when its time is over', async () => {
    const provider = createProviderInMemory();
    const close = (until: number) =>
      new MockActivityEnvironment().run(activities(provider).closeRobotCall, {
        providerCallId: PROVIDER_CALL_ID,
        until,
      });
    const closing = close(Date.now() + 600_000);
    provider.record_ = aRecord({ cause: 'busy' });
    expect(await closing).toMatchObject({ type: 'over', cause: 'busy' });
    provider.record_ = 'not-yet';
    expect(await close(Date.now() + 50)).toMatchObject({ type: 'over', cause: 'provider_lost' });
  });
});
