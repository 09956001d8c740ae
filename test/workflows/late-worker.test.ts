import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aPhoneCall, phoneActivitiesOver } from '../support/phone-calls.js';
import { startRig } from '../support/rig.js';
import { aRobotCall } from '../support/robot-calls.js';
import { startRobotRig } from '../support/robot-rig.js';
import { createTelephonyInMemory } from '../support/telephony-in-memory.js';

const START_WITHIN_MS = 3_000;
const onlySoon = () => ({ startBy: Date.now() + START_WITHIN_MS });

describe('a call that was started in time, and found no worker until nobody waited for it', () => {
  it('rings no phone, and ends as not sent', async () => {
    const telephony = createTelephonyInMemory();
    const rig = await startRig({ activities: phoneActivitiesOver(telephony) });
    await rig.stopWorker();
    const { callId } = (await rig.start(aPhoneCall(onlySoon()))).state;
    await pause(START_WITHIN_MS + 500);
    await rig.startWorker();
    expect(await rig.result(callId)).toMatchObject({ status: 'ended', cause: 'provider_failed' });
    expect(rig.written.at(-1)?.state.placing).toMatchObject({
      kind: 'refused',
      reason: 'not_sent',
    });
    expect(telephony.requests).toEqual([]);
  });

  it('is not asked of a robot’s provider either', async () => {
    const rig = await startRobotRig();
    await rig.stopWorker();
    const { callId } = (await rig.start(aRobotCall(onlySoon()))).state;
    await pause(START_WITHIN_MS + 500);
    await rig.startWorker();
    expect(await rig.result(callId)).toMatchObject({ status: 'ended', cause: 'provider_failed' });
    expect(rig.provider.asked).toEqual([]);
  });
});
