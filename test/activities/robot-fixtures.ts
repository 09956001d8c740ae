import { createRobotActivities, type PACE } from '../../activities/robot-calls.js';
import type { PlacedHere } from '../../src/ports/placed-here.js';
import type { ProviderInMemory } from '../support/provider-in-memory.js';

export const FAST = { ringing: 10, talking: 30, waiting: 10, slowest: 80, word: 100 };

interface Options {
  readonly pace?: typeof PACE;
  readonly stopping?: AbortSignal;
  readonly isOurs?: (providerCallId: string) => Promise<boolean>;
  readonly placedHere?: PlacedHere;
}

export function activities(provider: ProviderInMemory, options: Options = {}) {
  const { pace = FAST, stopping = new AbortController().signal } = options;
  const { isOurs = async () => false, placedHere } = options;
  const here = placedHere === undefined ? {} : { placedHere };
  return createRobotActivities({ robotCalls: provider, isOurs, pace, ...here, stopping });
}
