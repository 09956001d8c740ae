import type { CallState } from '../../src/call/state.js';
import { endRobotCall } from '../call/robot-activities.js';

/**
 * Gives back what a call still holds at its provider when its own workflow cannot any more, because
 * it was terminated from outside.
 */
export async function release({ providerCallId }: CallState): Promise<void> {
  if (providerCallId !== undefined) {
    await endRobotCall({ providerCallId, isForgotten: false });
  }
}
