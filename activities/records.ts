import { ApplicationFailure } from '@temporalio/activity';
import type { Records } from '../src/ports/records.js';
import { StoreUnavailable } from '../src/ports/reservations.js';
import type { CallActivities } from '../workflows/call/activities.js';

/** Writes what a call has become, after the change is durable in the workflow. */
export const createRecordActivities = (records: Records) =>
  ({
    recordCall: async ({ state, events }) => {
      await records.write(state, events).catch(sayWhatIsAway);
    },
  }) satisfies CallActivities;

/** An operator who looks at a call that stays open reads why, in place of a driver's stack. */
function sayWhatIsAway(error: unknown): never {
  if (!(error instanceof StoreUnavailable)) throw error;
  throw ApplicationFailure.create({ type: 'STORE_AWAY', message: error.message });
}
