import { expect, it } from 'vitest';
import { aStart, CALLER } from '../support/calls.js';
import { aPhoneCall, phoneActivitiesOver } from '../support/phone-calls.js';
import { startRig } from '../support/rig.js';
import { createTelephonyInMemory } from '../support/telephony-in-memory.js';

it('a phone call that was cancelled before it came rings nobody, and neither does its late start', async () => {
  const telephony = createTelephonyInMemory();
  const { engine, result, written } = await startRig({
    activities: phoneActivitiesOver(telephony),
  });
  const call = aStart(aPhoneCall());
  const { state } = call;
  const ending = { wish: 'cancel', by: CALLER, at: Date.now(), cause: 'cancelled' } as const;
  expect(await engine.start({ ...call, state: { ...state, ending } })).toBe('started');
  expect(await engine.start(call)).toBe('already-started');
  await result(state.callId);
  expect(telephony.requests).toEqual([]);
  expect(written.at(-1)?.state).toMatchObject({ status: 'cancelled', endedBy: CALLER, version: 2 });
  const told = written.flatMap(({ events }) => events.map(({ type }) => type));
  expect(told).toEqual(['call.ringing_stopped', 'call.ended']);
});

it('a phone call whose ring was over before a worker was there rings nobody', async () => {
  const telephony = createTelephonyInMemory();
  const { start, result, written } = await startRig({ activities: phoneActivitiesOver(telephony) });
  const { callId } = (await start(aPhoneCall({ ringTimeoutMs: -1 }))).state;
  await result(callId);
  expect(telephony.requests).toEqual([]);
  expect(written.at(-1)?.state).toMatchObject({
    cause: 'provider_failed',
    placing: { kind: 'refused', reason: 'not_sent' },
  });
});
