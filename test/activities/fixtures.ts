import { createRobotActivities, type Pace } from '../../activities/robot-calls.js';
import type { Placings } from '../../src/ports/placings.js';
import { createPlacer } from '../../src/service/place-once.js';
import { createPlacingsInMemory } from '../support/placings-in-memory.js';
import type { ProviderInMemory } from '../support/provider-in-memory.js';

export const FAST: Pace = { ringing: 10, talking: 30, waiting: 10, elsewhere: 10, slowest: 80 };

interface Options {
  readonly pace?: Pace;
  readonly stopping?: AbortSignal;
  readonly isOurs?: (providerCallId: string) => Promise<boolean>;
  readonly placings?: Placings;
}

export function activities(provider: ProviderInMemory, options: Options = {}) {
  const { pace = FAST, stopping = new AbortController().signal } = options;
  const { isOurs = async () => false } = options;
  const { placings = createPlacingsInMemory() } = options;
  const placer = createPlacer({ robotCalls: provider, placings, now: Date.now });
  return createRobotActivities({ robotCalls: provider, placer, isOurs, pace, stopping });
}
