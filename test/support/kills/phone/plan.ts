import type { KillPlan } from '../kill-plan.js';

/** What becomes of a phone call; see people.ts. */
export const STORIES = [
  'answered',
  'callee-silent',
  'caller-silent',
  'given-up',
  'crossing',
  'provider-silent',
] as const;
export type Story = (typeof STORIES)[number];

/** Those in which we have to ask the provider to end it. */
export const ENDED_BY_US: readonly Story[] = ['crossing', 'provider-silent'];
/** Those in which the provider has to be asked how far it is. */
export const ASKED_ABOUT: readonly Story[] = ['provider-silent'];
/** Those in which both may come to speak. */
export const TALKED_IN: readonly Story[] = ['answered', 'crossing'];

const STORIES_AT: Readonly<Record<string, readonly Story[]>> = {
  'store.reservations.nextCallId': STORIES,
  'store.phoneReservations.findSame': STORIES,
  'store.phoneReservations.reserve': STORIES,
  'store.phoneReservations.whyNotDial': STORIES,
  'store.directory.keepSubAccount': STORIES,
  'store.records.write': STORIES,
  'engine.start': STORIES,
  'engine.placed': STORIES,
  'engine.hear': ['answered', 'given-up', 'crossing'],
  'engine.command cancel': ['crossing'],
  'activity.placePhoneCall ordinary': STORIES,
  'activity.followPhoneCall ordinary': ASKED_ABOUT,
  'activity.endPhoneCall ordinary': ENDED_BY_US,
  'activity.recordCall ordinary': STORIES,
  'telephony.subAccount': STORIES,
  'telephony.place': STORIES,
  'telephony.cancel': ENDED_BY_US,
  'telephony.query': ASKED_ABOUT,
};

/** Every write, every request of the engine and every one of the provider in a phone call. */
export const PHONE_PLAN: KillPlan<Story> = {
  covers: (done) => done.startsWith('telephony.') || done in STORIES_AT,
  leftOut: { 'telephony.close': 'belongs to a clean stop' },
  scriptsAt: STORIES_AT,
  elsewhere: [],
};
