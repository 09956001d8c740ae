import type { CallState } from '../../src/call/state.js';
import { endedCall } from '../call/phone.js';
import { endPhoneCall } from '../call/phone-activities.js';
import { clearWhatIsOurs } from '../call/release-media.js';
import { endRobotCall } from '../call/robot-activities.js';
import { stopStream } from '../call/stream-activities.js';

/**
 * Gives back what a call still holds at its provider when its own workflow cannot any more, because
 * it was terminated from outside.
 */
export async function release(state: CallState): Promise<void> {
  const { channel, providerCallId, stream } = state;
  if (providerCallId !== undefined) {
    if (channel === 'phone') await endPhoneCall(endedCall(state, 'always'));
    else await endRobotCall({ providerCallId, isForgotten: false });
  }
  const taskId = stream?.kind === 'ended' ? undefined : stream?.taskId;
  if (taskId !== undefined) await stopStream({ taskId });
  await clearWhatIsOurs(state);
}
