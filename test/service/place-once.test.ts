import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../src/ports/reservations.js';
import type { PlaceOutcome } from '../../src/ports/robot-calls.js';
import { createPlacer } from '../../src/service/place-once.js';
import { createPlacingsInMemory } from '../support/placings-in-memory.js';
import {
  accepted,
  createProviderInMemory,
  PROVIDER_CALL_ID,
} from '../support/provider-in-memory.js';
import { aPlan } from '../support/robot-backend.js';

const plan = aPlan();
const TELL_BY = 4_000;

function aPlacer(more: Partial<ReturnType<typeof createPlacingsInMemory>> = {}) {
  const provider = createProviderInMemory();
  const placings = createPlacingsInMemory();
  const clock = { now: 0 };
  const another = () =>
    createPlacer({
      robotCalls: provider,
      placings: { ...placings, ...more },
      now: () => clock.now,
    });
  return { provider, placings, clock, another, placer: another() };
}

function held() {
  let answer = (_outcome: PlaceOutcome) => {};
  const outcome = new Promise<PlaceOutcome>((resolve) => {
    answer = resolve;
  });
  return { outcome, answer };
}

describe('placing a call once', () => {
  it('asks the provider for whoever comes first, and tells everybody what it said', async () => {
    const { provider, another, placer } = aPlacer();
    const { outcome, answer } = held();
    provider.onPlace = () => outcome;
    const first = placer.place({ callId: 1, plan, tellBy: TELL_BY });
    const second = placer.place({ callId: 1, plan });
    answer(accepted('jack'));
    expect(await first).toMatchObject({ providerCallId: PROVIDER_CALL_ID, claimed: true });
    expect(await second).toEqual(await first);
    expect(await placer.place({ callId: 1, plan })).toEqual(await first);
    expect(await another().place({ callId: 1, plan })).toEqual(await first);
    expect(provider.asked).toEqual(['place']);
  });

  it('never asks where somebody else has taken it on, and does not know what that one heard', async () => {
    const { provider, placings, placer } = aPlacer();
    await placings.takeOn(1);
    expect(await placer.place({ callId: 1, plan, tellBy: TELL_BY })).toBe('elsewhere');
    expect(provider.asked).toEqual([]);
  });

  it('claims a call only for somebody who is told in time', async () => {
    const { provider, clock, placer } = aPlacer();
    provider.onPlace = async () => {
      clock.now += 3_000;
      return accepted('jack');
    };
    const late = await placer.place({ callId: 1, plan, tellBy: TELL_BY });
    expect(late).toMatchObject({ type: 'placed' });
    expect(late).not.toHaveProperty('claimed');
    const nobody = await placer.place({ callId: 2, plan });
    expect(nobody).not.toHaveProperty('claimed');
  });

  it('claims it as well for who came while it was under way', async () => {
    const { provider, placer } = aPlacer();
    const { outcome, answer } = held();
    provider.onPlace = () => outcome;
    const first = placer.place({ callId: 1, plan });
    const second = placer.place({ callId: 1, plan, tellBy: TELL_BY });
    answer(accepted('jack'));
    expect(await second).toMatchObject({ claimed: true });
    expect(await first).toEqual(await second);
  });

  it('claims nothing that could not be kept: the call hears of it from its worker alone', async () => {
    const keep = () => Promise.reject(new StoreUnavailable('away'));
    const { placer } = aPlacer({ keep });
    const heard = await placer.place({ callId: 1, plan, tellBy: TELL_BY });
    expect(heard).toMatchObject({ type: 'placed', providerCallId: PROVIDER_CALL_ID });
    expect(heard).not.toHaveProperty('claimed');
  });

  it('asks nobody where it cannot be told whose it is', async () => {
    const takeOn = () => Promise.reject(new StoreUnavailable('away'));
    const { provider, placer } = aPlacer({ takeOn });
    await expect(placer.place({ callId: 1, plan })).rejects.toThrow(StoreUnavailable);
    expect(provider.asked).toEqual([]);
  });

  it('sends nothing once the process was held up for longer than the call waits', async () => {
    const clock = { now: 0 };
    const provider = createProviderInMemory();
    const placings = createPlacingsInMemory();
    const takeOn = (callId: number) => {
      clock.now += 10_001;
      return placings.takeOn(callId);
    };
    const slow = { robotCalls: provider, placings: { ...placings, takeOn }, now: () => clock.now };
    const report = await createPlacer(slow).place({ callId: 1, plan, tellBy: TELL_BY });
    expect(report).toEqual({
      type: 'refused',
      code: 60014,
      info: 'not sent: the process was held up',
    });
    expect(provider.asked).toEqual([]);
  });

  it('keeps when it was asked with an outcome that nobody knows', async () => {
    const { provider, placings, clock, placer } = aPlacer();
    clock.now = 77;
    provider.onPlace = async () => ({ kind: 'unknown', throttled: false, evidence: {} });
    const report = await placer.place({ callId: 1, plan, tellBy: TELL_BY });
    expect(report).toEqual({ type: 'placing-unknown', evidence: 'no answer', askedAt: 77 });
    expect(placings.taken.get(1)).toEqual(report);
  });
});
