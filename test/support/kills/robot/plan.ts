import type { KillPlan } from '../kill-plan.js';

/** What becomes of a robot call; see scripts.ts. */
export const STORIES = [
  'answered',
  'rejected',
  'unanswered',
  'cancelled',
  'crossing',
  'terminated',
] as const;
export type Story = (typeof STORIES)[number];

const BY_THE_PHONE: readonly Story[] = ['answered', 'rejected', 'unanswered'];
const ENDED_BY_BACKEND: readonly Story[] = ['cancelled', 'crossing'];

const STORIES_AT: Readonly<Record<string, readonly Story[]>> = {
  'store.reservations.nextCallId': STORIES,
  'store.reservations.reserve': STORIES,
  'store.reservations.nameProviderCall': STORIES,
  'store.records.write': ['terminated'],
  'engine.start': STORIES,
  'engine.placed': STORIES,
  'engine.command hangup': ENDED_BY_BACKEND,
  'engine.release': ['terminated'],
  'activity.recordCall ordinary': STORIES,
  'tencent.place': STORIES,
  'placedHere.tell': STORIES,
  'tencent.findPlaced': BY_THE_PHONE,
  'tencent.lookUp': BY_THE_PHONE,
  'tencent.end': [...BY_THE_PHONE, ...ENDED_BY_BACKEND],
  'tencent.record': [...BY_THE_PHONE, ...ENDED_BY_BACKEND],
};

/** Every write, every request of the engine and every one of the provider in a robot call. */
export const ROBOT_PLAN: KillPlan<Story> = {
  covers: (done) => /^(tencent|placedHere)\./.test(done) || done in STORIES_AT,
  leftOut: { 'tencent.close': 'belongs to a clean stop' },
  scriptsAt: STORIES_AT,
  elsewhere: [],
};
