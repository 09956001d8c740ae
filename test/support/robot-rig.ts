import { setTimeout as pause } from 'node:timers/promises';
import { createRobotActivities, type Pace } from '../../activities/robot-calls.js';
import type { CallState } from '../../src/call/state.js';
import type { RobotActivities } from '../../workflows/call/robot-activities.js';
import { createProviderInMemory, type ProviderInMemory } from './provider-in-memory.js';
import { type Rig, type RigOptions, startRig } from './rig.js';
import { QUICK_PACE } from './robot-calls.js';

export interface RobotRig extends Rig {
  readonly provider: ProviderInMemory;
  /** Asks until the call is as wanted. */
  seen(callId: number, wanted: (state: CallState) => boolean): Promise<CallState>;
}

export interface RobotRigOptions extends Pick<RigOptions, 'address' | 'tellsHere'> {
  readonly pace?: Pace;
  /** Other activities that speak to the same provider. */
  readonly beside?: (provider: ProviderInMemory) => object;
  /** Stands before the real activities. */
  readonly instead?: (real: RobotActivities) => Partial<RobotActivities>;
}

/** A rig whose worker speaks to a provider in memory. */
export async function startRobotRig(options: RobotRigOptions = {}): Promise<RobotRig> {
  const { instead, beside, pace = QUICK_PACE, ...rigOptions } = options;
  const provider = createProviderInMemory();
  const stopping = new AbortController().signal;
  const rig = await startRig({
    ...rigOptions,
    activities(placedHere) {
      const real = createRobotActivities({
        robotCalls: provider,
        isOurs: async () => false,
        pace,
        placedHere,
        stopping,
      });
      return { ...real, ...instead?.(real), ...beside?.(provider) };
    },
  });
  return {
    ...rig,
    provider,
    async seen(callId, wanted) {
      for (;;) {
        const state = await rig.engine.state(callId);
        if (state !== undefined && wanted(state)) return state;
        await pause(20);
      }
    },
  };
}
