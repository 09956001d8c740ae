import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placed, START_BY, someone } from './fixtures.js';
import { DATABASES, type OpenedStore } from './stores.js';

describe.each(DATABASES)('placings on $name', ({ open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());

  async function reserved(): Promise<number> {
    const spec = { channel: 'robot', caller: { userId: someone() } } as const;
    const state = await placed(store.reservations, { spec });
    await store.reservations.reserve({ state, startBy: START_BY });
    return state.callId;
  }

  it('are taken on by one of all who ask, and stay so', async () => {
    const callId = await reserved();
    const asked = Array.from({ length: 20 }, () => store.placings.takeOn(callId));
    const taken = await Promise.all(asked);
    expect(taken.filter((isMine) => isMine)).toHaveLength(1);
    expect(await store.placings.takeOn(callId)).toBe(false);
    expect(await store.placings.takeOn(await reserved())).toBe(true);
  });

  it('have nothing to tell until what came of them is kept', async () => {
    const callId = await reserved();
    expect(await store.placings.find(callId)).toBeUndefined();
    await store.placings.takeOn(callId);
    expect(await store.placings.find(callId)).toBeUndefined();
    const refused = { type: 'refused', code: 60011, info: 'too many' } as const;
    await store.placings.keep(callId, refused);
    expect(await store.placings.find(callId)).toEqual(refused);
    expect((await store.reader.find(callId))?.state.providerCallId).toBeUndefined();
  });

  it('give their call the id by which its provider knows it', async () => {
    const callId = await reserved();
    const providerCallId = `p-${callId}`;
    await store.placings.takeOn(callId);
    const report = { type: 'placed', providerCallId, results: [], claimed: true } as const;
    await store.placings.keep(callId, report);
    expect(await store.placings.find(callId)).toEqual(report);
    expect((await store.reader.findByProviderId(providerCallId))?.state.callId).toBe(callId);
  });

  it('go with a reservation that is undone', async () => {
    const callId = await reserved();
    await store.placings.takeOn(callId);
    await store.reservations.abandon(callId);
    expect(await store.placings.find(callId)).toBeUndefined();
  });
});
