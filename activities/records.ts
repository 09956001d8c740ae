import type { Records } from '../src/ports/records.js';
import type { CallActivities } from '../workflows/call/activities.js';

/** Writes what a call has become, after the change is durable in the workflow. */
export const createRecordActivities = (records: Records) =>
  ({
    recordCall: ({ state, events }) => records.write(state, events),
  }) satisfies CallActivities;
