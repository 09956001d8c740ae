import type { CallRecord } from '../../workflows/call/activities.js';

/**
 * Events in the order in which they were written. Whom a call comes in for may be written twice: the
 * announcement has one short attempt, and leaves it to the record where it was too slow.
 */
export function toldIn(written: readonly CallRecord[]): CallRecord['events'] {
  const told = written.flatMap(({ events }) => events);
  const firstOf = (userId: string | undefined) =>
    told.find((event) => event.type === 'call.incoming' && event.userId === userId);
  return told.filter((event) => event.type !== 'call.incoming' || event === firstOf(event.userId));
}

/** Versions that were written; a write that was too slow is made again. */
export const versionsIn = (written: readonly CallRecord[]): number[] => [
  ...new Set(written.map(({ state }) => state.version)),
];
