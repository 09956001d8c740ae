import type { PlacingReport } from '../../src/call/events.js';
import type { Placings } from '../../src/ports/placings.js';

/** The port of placings on a map, which is lost with the process. */
export interface PlacingsInMemory extends Placings {
  /** What was kept of each call that was taken on. */
  readonly taken: ReadonlyMap<number, PlacingReport | undefined>;
}

export function createPlacingsInMemory(): PlacingsInMemory {
  const taken = new Map<number, PlacingReport | undefined>();
  return {
    taken,
    async takeOn(callId) {
      if (taken.has(callId)) return false;
      taken.set(callId, undefined);
      return true;
    },
    async keep(callId, report) {
      taken.set(callId, report);
    },
    find: async (callId) => taken.get(callId),
  };
}
