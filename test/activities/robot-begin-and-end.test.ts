import { CompleteAsyncError } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { withoutProvider } from '../../activities/robot-calls.js';
import type { PlacedHere } from '../../src/ports/placed-here.js';
import {
  aRecord,
  createProviderInMemory,
  PROVIDER_CALL_ID,
  type ProviderInMemory,
} from '../support/provider-in-memory.js';
import { aPlan } from '../support/robot-backend.js';
import { activities } from './robot-fixtures.js';

describe('placing a call', () => {
  const scheduled = (currentAttemptScheduledTimestampMs: number) =>
    new MockActivityEnvironment({ currentAttemptScheduledTimestampMs });

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
    const inTime = await scheduled(Date.now()).run(placeRobotCall, aPlan());
    expect(inTime).toMatchObject({ type: 'placed' });
  });

  it('completes itself, claimed, where somebody of this process hears of it', async () => {
    const heard: unknown[] = [];
    const here = (answer: 'told' | 'not-told'): PlacedHere => ({
      begin: (callId) => ({
        async tell(_taskToken, result, placed) {
          heard.push({ callId, result, placed });
          return answer;
        },
      }),
    });
    const place = (placedHere: PlacedHere, provider = createProviderInMemory()) =>
      new MockActivityEnvironment({
        currentAttemptScheduledTimestampMs: Date.now(),
        workflowExecution: { workflowId: 'call-7', runId: 'run' },
      }).run(activities(provider, { placedHere }).placeRobotCall, aPlan());
    const results = [{ userId: 'jack', code: 0 }];
    const report = { type: 'placed', providerCallId: PROVIDER_CALL_ID, results };
    await expect(place(here('told'))).rejects.toThrow(CompleteAsyncError);
    expect(heard).toEqual([
      {
        callId: 7,
        result: { ...report, claimed: true },
        placed: { providerCallId: PROVIDER_CALL_ID, placing: { kind: 'placed', results } },
      },
    ]);
    expect(await place(here('not-told'))).toEqual(report);
    const lost = createProviderInMemory();
    lost.onPlace = async () => ({ kind: 'unknown', throttled: false, evidence: {} });
    expect(await place(here('told'), lost)).toMatchObject({ type: 'placing-unknown' });
    expect(heard).toHaveLength(2);
  });

  it('is refused, and not in doubt, where no provider is configured', async () => {
    const report = await withoutProvider.placeRobotCall();
    expect(report).toMatchObject({ type: 'refused', info: 'not sent: no provider is configured' });
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

  interface Closing {
    readonly recordWithinMs?: number;
    /** What the attempt before this one has left. */
    readonly heartbeatDetails?: unknown;
  }
  const close = (provider: ProviderInMemory, { recordWithinMs = 600_000, ...info }: Closing = {}) =>
    new MockActivityEnvironment(info).run(activities(provider).closeRobotCall, {
      providerCallId: PROVIDER_CALL_ID,
      isForgotten: false,
      recordWithinMs,
    });

  it('waits for the record once it has ended, and has none when its time is over', async () => {
    const provider = createProviderInMemory();
    const closing = close(provider);
    await expect.poll(() => provider.asked).toEqual(['end']);
    provider.record_ = aRecord({ cause: 'busy' });
    expect(await closing).toMatchObject({ type: 'over', cause: 'busy' });
    provider.record_ = 'not-yet';
    expect(await close(provider, { recordWithinMs: 50 })).toBeNull();
  });

  it('reads no record before the provider says that it is over', async () => {
    const provider = createProviderInMemory();
    provider.record_ = aRecord();
    provider.onEnd = async () => ({ kind: 'unknown', throttled: false, evidence: {} });
    await expect(close(provider)).rejects.toMatchObject({ type: 'PROVIDER_DID_NOT_END' });
  });

  it('goes on waiting for as long as it has begun to, in whatever worker', async () => {
    const provider = createProviderInMemory();
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 30 });
    let left: { until: number } | undefined;
    environment.on('heartbeat', (details) => {
      left ??= details;
    });
    const { closeRobotCall } = activities(provider);
    const call = { providerCallId: PROVIDER_CALL_ID, isForgotten: false, recordWithinMs: 600_000 };
    const begun = Date.now();
    const first = environment.run(closeRobotCall, call);
    await expect.poll(() => left?.until).toBeGreaterThanOrEqual(begun + 600_000);
    environment.cancel();
    await expect(first).rejects.toMatchObject({ name: 'CancelledFailure' });
    const heartbeatDetails = { until: Date.now() - 1 };
    expect(await close(provider, { heartbeatDetails })).toBeNull();
    expect(provider.asked).toEqual(['end']);
  });
});
