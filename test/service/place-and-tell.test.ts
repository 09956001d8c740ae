import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlacingReport } from '../../src/call/events.js';
import type { PlacingOrder } from '../../src/ports/placer.js';
import { StoreUnavailable } from '../../src/ports/reservations.js';
import { aPlan } from '../support/robot-backend.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  api.engine.onPlace = ({ state }) => ({ type: 'placed', providerCallId: `call-${state.callId}` });
});
afterAll(() => api.stop());

let lastRequest = 0;

/** A start where the request is placed by this; whether the call itself was asked what came of it. */
async function startWith(place: () => Promise<PlacingReport | 'elsewhere'>, withinMs?: number) {
  const orders: PlacingOrder[] = [];
  let wasAsked = false;
  const deps = {
    placer: {
      place(order: PlacingOrder) {
        orders.push(order);
        return place();
      },
    },
    engine: {
      ...api.engine,
      placed: (callId: number, ms: number) => {
        wasAsked = true;
        return api.engine.placed(callId, ms);
      },
    },
    ...(withinMs !== undefined && { now: clockThatRunsOutIn(withinMs) }),
  };
  lastRequest += 1;
  const service = (await api.alongside({ deps })).robotCalls;
  const request = { plan: aPlan(), roomIsOurs: false, fingerprint: `told-${lastRequest}` };
  return { started: await service.start(request), wasAsked, orders };
}

/** Four seconds are all that a start has; all but so many of them pass before the request leaves. */
function clockThatRunsOutIn(ms: number) {
  const begun = Date.now();
  let looks = 0;
  return () => {
    looks += 1;
    return looks === 1 ? begun : begun + 4_000 - ms;
  };
}

describe('a start that is placed where it came in', () => {
  it('is answered with what the provider said, without a question to the call', async () => {
    const results = [{ userId: 'jack', code: 0 }];
    const report = { type: 'placed', providerCallId: 'p-1', results, claimed: true } as const;
    const { started, wasAsked, orders } = await startWith(async () => report);
    expect(started).toMatchObject({ kind: 'placed', providerCallId: 'p-1', results });
    expect(wasAsked).toBe(false);
    expect(orders).toEqual([
      { callId: expect.any(Number), plan: aPlan(), tellBy: expect.any(Number) },
    ]);
  });

  it.each([
    [
      { type: 'refused', code: 60011, info: 'too many' },
      { kind: 'refused', code: 60011 },
    ],
    [{ type: 'placing-unknown', evidence: 'fault=timeout' }, { kind: 'unknown' }],
  ] satisfies [PlacingReport, object][])('is told of %o', async (report, answer) => {
    const { started, wasAsked } = await startWith(async () => report);
    expect(started).toMatchObject(answer);
    expect(wasAsked).toBe(false);
  });

  it.each([
    ['somebody else sends it', async () => 'elsewhere' as const],
    ['it was placed and could not be kept', async () => ({ type: 'placed', providerCallId: 'p' })],
    ['the store is away', () => Promise.reject(new StoreUnavailable('away'))],
  ] as [string, () => Promise<PlacingReport | 'elsewhere'>][])(
    'asks the call where %s',
    async (_what, place) => {
      const { started, wasAsked } = await startWith(place);
      expect(started).toMatchObject({
        kind: 'placed',
        providerCallId: expect.stringMatching(/^call-/),
      });
      expect(wasAsked).toBe(true);
    },
  );

  it('waits for nobody longer than it has time', async () => {
    const never = () => new Promise<never>(() => undefined);
    const begun = performance.now();
    const { wasAsked } = await startWith(never, 100);
    expect(wasAsked).toBe(true);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });
});
