import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallState, callerOf } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import type { RecordedCall } from '../../src/ports/call-reader.js';
import { createPhoneReservations } from '../../src/store/phone-reservations.js';
import { aPhoneCall, someone, T0 } from './fixtures.js';
import { DATABASES, type OpenedStore } from './stores.js';

const LIMITS = { perUser: 3, perTenant: 1_000 };
const HOUR_MS = 3_600_000;

describe.each(DATABASES)('phone reservations on $name', ({ open }) => {
  let store: OpenedStore;
  let phones: ReturnType<typeof createPhoneReservations>;
  beforeAll(async () => {
    store = await open();
    phones = createPhoneReservations(store.database);
  });
  afterAll(() => store.remove());

  const aCall = (caller = someone(), callee = someone(), at = T0): Promise<RecordedCall> =>
    aPhoneCall(store.reservations, { caller, callee, at });
  const end = async (state: CallState): Promise<void> => {
    const over = judge(state, { type: 'over', cause: 'hangup', acceptedAt: T0 }, T0 + 1_000);
    await store.records.write(over.state, []);
  };
  const kinds = (outcomes: readonly { readonly kind: string }[]) =>
    outcomes.map(({ kind }) => kind).toSorted();

  it('books one call of ten requests for the same two at once, and knows it again', async () => {
    const [caller, callee] = [someone(), someone()];
    const calls = await Promise.all(Array.from({ length: 10 }, () => aCall(caller, callee)));
    const outcomes = await Promise.all(calls.map((call) => phones.reserve(call, LIMITS)));
    expect(kinds(outcomes)).toEqual(['reserved', ...Array<string>(9).fill('same')]);
    const ids = outcomes.flatMap((each) => (each.kind === 'same' ? [each.state.callId] : []));
    expect(new Set(ids).size).toBe(1);
  });

  it('books one live call of a user who asks for ten different people at once', async () => {
    const caller = someone();
    const calls = await Promise.all(Array.from({ length: 10 }, () => aCall(caller)));
    const outcomes = await Promise.all(calls.map((call) => phones.reserve(call, LIMITS)));
    expect(kinds(outcomes)).toEqual([...Array(9).fill('in-call'), 'reserved']);
  });

  it('books one of two who call each other, and one of ten who call the same user', async () => {
    const [one, other] = [someone(), someone()];
    const mutual = [await aCall(one, other), await aCall(other, one)];
    const both = await Promise.all(mutual.map((call) => phones.reserve(call, LIMITS)));
    expect(kinds(both)).toEqual(['in-call', 'reserved']);
    const wanted = someone();
    const calls = await Promise.all(Array.from({ length: 10 }, () => aCall(someone(), wanted)));
    const outcomes = await Promise.all(calls.map((call) => phones.reserve(call, LIMITS)));
    expect(kinds(outcomes)).toEqual([...Array(9).fill('in-call'), 'reserved']);
  });

  it('lets everybody call the hotline at once', async () => {
    const calls = await Promise.all(Array.from({ length: 5 }, () => aCall(someone(), 'hotline')));
    const outcomes = await Promise.all(calls.map((call) => phones.reserve(call, LIMITS)));
    expect(kinds(outcomes)).toEqual(Array(5).fill('reserved'));
  });

  it('counts the calls of a user within an hour, exactly, also those that are over', async () => {
    const caller = someone();
    for (let nth = 0; nth < LIMITS.perUser; nth += 1) {
      const call = await aCall(caller);
      expect((await phones.reserve(call, LIMITS)).kind).toBe('reserved');
      await end(call.state);
    }
    const more = await aCall(caller);
    expect(await phones.reserve(more, LIMITS)).toEqual({ kind: 'refused', why: 'user_limit' });
    const later = await aCall(caller, someone(), T0 + HOUR_MS + 1);
    expect((await phones.reserve(later, LIMITS)).kind).toBe('reserved');
  });

  it('counts the calls of all, exactly, when many ask at once', async () => {
    const at = T0 + 10 * HOUR_MS;
    const calls = await Promise.all(
      Array.from({ length: 12 }, () => aCall(someone(), someone(), at)),
    );
    const limits = { perUser: 3, perTenant: 5 };
    const outcomes = await Promise.all(calls.map((call) => phones.reserve(call, limits)));
    expect(kinds(outcomes)).toEqual([...Array(7).fill('refused'), ...Array(5).fill('reserved')]);
  });

  it('does not count a call that its provider refused, nor take it for the same', async () => {
    const [caller, callee] = [someone(), someone()];
    const first = await aCall(caller, callee);
    const limits = { perUser: 1, perTenant: 1_000 };
    await phones.reserve(first, limits);
    const refused = judge(
      first.state,
      { type: 'refused', code: 1, info: 'no', reason: 'numbers' },
      T0,
    );
    await store.records.write(refused.state, []);
    expect((await phones.reserve(await aCall(caller, callee), limits)).kind).toBe('reserved');
  });

  it('judges a reserved call once more before it is dialled', async () => {
    const call = await aCall();
    const { callId } = call.state;
    expect(await phones.whyNotDial(callId, LIMITS)).toBe('missing');
    await phones.reserve(call, LIMITS);
    expect(await phones.whyNotDial(callId, LIMITS)).toBeUndefined();
    await phones.dialling.set(false);
    expect(await phones.dialling.isOn()).toBe(false);
    expect(await phones.whyNotDial(callId, LIMITS)).toBe('switched_off');
    const next = await aCall(callerOf(call.state).userId);
    await end(call.state);
    expect(await phones.reserve(next, LIMITS)).toEqual({ kind: 'refused', why: 'switched_off' });
    await phones.dialling.set(true);
    expect((await phones.reserve(next, LIMITS)).kind).toBe('reserved');
  });
});
