import { expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { CALLER } from '../support/calls.js';
import { aPhoneCall, byApp, PLACED, phoneActivitiesOver, pushed } from '../support/phone-calls.js';
import { startRig } from '../support/rig.js';
import { createTelephonyInMemory } from '../support/telephony-in-memory.js';

it('a phone call that is hung up while its cancel is not answered is hung up without a guard', async () => {
  const telephony = createTelephonyInMemory();
  const { client, engine, start, result, written } = await startRig({
    activities: phoneActivitiesOver(telephony),
  });
  const { callId } = (await start(aPhoneCall())).state;
  const call = client.workflow.getHandle(callWorkflowId(callId));
  await expect.poll(() => telephony.asked).toEqual([PLACED]);
  telephony.onCancel = { kind: 'unknown', evidence: { code: '200000' } };
  await call.signal('cancel', byApp);
  await expect.poll(() => telephony.asked).toContain('cancel before_callee_answers');
  await engine.hear(callId, pushed({ type: 'bridged' }));
  await call.signal('hangup', byApp);
  await expect.poll(() => telephony.asked).toContain('cancel always');
  telephony.onCancel = { kind: 'cancelled' };
  await result(callId);
  expect(telephony.asked.at(-1)).toBe('cancel always');
  const ended = { status: 'ended', cause: 'hangup', endedBy: CALLER };
  expect(written.at(-1)?.state).toMatchObject(ended);
});
