import type { EndCause } from '../../../../src/call/state.js';
import { doneAt, type KillPlan } from '../kill-plan.js';

/** What becomes of a phone call; see people.ts. */
export const STORIES = [
  'answered',
  'callee-silent',
  'caller-silent',
  'given-up',
  'cancelled',
  'crossing',
  'provider-silent',
] as const;
export type Story = (typeof STORIES)[number];

/** How long both phones may ring, and somebody may talk, as the product is told. */
export const RING_SECONDS = 2;
export const TALK_SECONDS = 4;

/** How a story ends to which nothing else happens, by whether two came to speak; see disturbance.ts. */
export const ENDS: Readonly<Record<Story, { talked?: EndCause; untalked?: EndCause }>> = {
  answered: { talked: 'hangup' },
  'callee-silent': { untalked: 'no_answer' },
  'caller-silent': { untalked: 'no_answer' },
  'given-up': { untalked: 'cancelled' },
  cancelled: { untalked: 'cancelled' },
  crossing: { talked: 'hangup', untalked: 'cancelled' },
  // Nobody can know more than what the provider says when it is asked.
  'provider-silent': {},
};

/** Those in which we have to ask the provider to end it. */
export const ENDED_BY_US: readonly Story[] = ['cancelled', 'crossing', 'provider-silent'];
/** Those in which the app takes its request back. */
export const TAKEN_BACK: readonly Story[] = ['cancelled', 'crossing'];
/** Those in which the provider has to be asked how far it is. */
export const ASKED_ABOUT: readonly Story[] = ['provider-silent'];
/** Those in which the caller's phone is answered. */
export const ANSWERED_IN: readonly Story[] = ['answered', 'callee-silent', 'given-up', 'crossing'];
/** Those in which every phone is taken up, or given up, long before it would have rung out. */
export const PICKED_UP_IN: readonly Story[] = ['answered', 'given-up', 'cancelled', 'crossing'];
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
  'engine.command cancel': TAKEN_BACK,
  'activity.placePhoneCall ordinary': STORIES,
  'activity.followPhoneCall ordinary': ASKED_ABOUT,
  'activity.endPhoneCall ordinary': ENDED_BY_US,
  'activity.recordCall ordinary': STORIES,
  'telephony.subAccount': STORIES,
  'telephony.place': STORIES,
  'telephony.cancel': ENDED_BY_US,
  'telephony.query': ASKED_ABOUT,
};

/** What is its own in a provider; see provider.ts. */
interface Peculiarities {
  readonly leftOut: KillPlan<Story>['leftOut'];
  readonly comesAboutIn: Readonly<Record<string, readonly Story[]>>;
}

/** Every write, every request of the engine and every one of the provider in a phone call. */
export function phonePlan({ leftOut, comesAboutIn }: Peculiarities): KillPlan<Story> {
  const scriptsAt = Object.fromEntries(
    Object.entries(STORIES_AT).map(([done, stories]) => [done, comesAboutIn[done] ?? stories]),
  );
  const covers = (done: string) => done.startsWith('telephony.') || done in STORIES_AT;
  return { covers, leftOut, scriptsAt, elsewhere: [] };
}

/**
 * Of all points those that are killed at where these providers share them: what is asked of a provider
 * at each, what some of them leave out at the others, all else at one of them.
 */
export function sharedPoints(
  points: readonly string[],
  nth: number,
  providers: readonly Pick<Peculiarities, 'leftOut'>[],
): string[] {
  const steps = Object.keys(STORIES_AT);
  const isShared = (done: string) =>
    !done.startsWith('telephony.') && !providers.some(({ leftOut }) => done in leftOut);
  return points.filter((point) => {
    const done = doneAt(point);
    return !isShared(done) || steps.indexOf(done) % providers.length === nth % providers.length;
  });
}
