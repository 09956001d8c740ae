import type { TrtcRoom } from '../../../src/simulators/trtc/studio.js';
import { type Random, shuffled } from '../seeded.js';
import type { Delivery } from './faults.js';
import { DELIVERIES } from './faults.js';

/** What ends a call that somebody answered. */
const ANSWERED = ['hangup', 'backend', 'operator', 'stream'] as const;
export type Ending = (typeof ANSWERED)[number] | 'rejected' | 'unanswered';

/** Made up by the product, or the backend's own, by a text or by a number. */
const ROOMS = ['own', 'text', 'numeric'] as const;

/** A `broken` one cannot be played; a `short` one is over before the call is. */
export type StreamLength = 'none' | 'long' | 'short' | 'broken';

interface Course {
  readonly ending: Ending;
  readonly room: (typeof ROOMS)[number];
  readonly stream: StreamLength;
}

/** What is to happen to one call. */
export interface Script extends Course {
  /** Which of its run, by which it is found again. */
  readonly nth: number;
  readonly robot: string;
  readonly callees: readonly string[];
  /** How its callbacks travel. */
  readonly delivery: Delivery;
  /** How long its people speak, in milliseconds. */
  readonly paceMs: number;
}

const LONGEST_PACE_MS = 2_500;
const MOST_CALLEES = 3;
const FIRST_NUMERIC_ROOM = 9_000;

/** Each ending in each kind of room, with enough streams that only we can stop. */
function coursesOf(random: Random): Course[] {
  const odd = shuffled<StreamLength>(['short', 'broken', 'broken'], random);
  return ROOMS.flatMap((room, nth): Course[] => {
    const streams = shuffled<StreamLength>(['long', 'long', odd[nth] ?? 'short'], random);
    const answered = ANSWERED.map((ending, each) => {
      return { ending, room, stream: streams[each] ?? 'short' } as const;
    });
    return [
      ...answered,
      { ending: 'hangup', room, stream: 'none' },
      { ending: 'rejected', room, stream: random() < 0.5 ? 'none' : 'long' },
      { ending: 'unanswered', room, stream: random() < 0.5 ? 'none' : 'long' },
    ];
  });
}

/** The same ones for the same seed. Each kind of each thing occurs; which of them meet is drawn. */
export function drawScripts(random: Random, rounds = 1): Script[] {
  const courses = Array.from({ length: rounds }, () => shuffled(coursesOf(random), random)).flat();
  const evenly = <T>(from: readonly T[]): T[] => {
    const column = courses.map((_, nth) => from[nth % from.length] as T);
    return shuffled(column, random);
  };
  const deliveries = evenly(DELIVERIES);
  const sizes = evenly(Array.from({ length: MOST_CALLEES }, (_, nth) => nth + 1));
  return courses.map((course, nth) => ({
    ...course,
    nth,
    robot: `robot-${nth}`,
    callees: Array.from({ length: sizes[nth] ?? 1 }, (_, each) => `user-${nth}-${each}`),
    delivery: deliveries[nth] ?? 'once',
    paceMs: Math.floor(random() * LONGEST_PACE_MS),
  }));
}

/** The backend's own room of this script, if it names one. */
export function givenRoom({ room, nth }: Script): TrtcRoom | undefined {
  if (room === 'own') return undefined;
  if (room === 'text') return { name: `hall-${nth}`, kind: 'text' };
  return { name: String(FIRST_NUMERIC_ROOM + nth), kind: 'numeric' };
}

/** Whom Tencent adds to the call, whom the backend never named. */
export const guestOf = ({ nth, callees, ending }: Script): string | undefined =>
  callees.length === MOST_CALLEES && isAnswered(ending) ? `guest-${nth}` : undefined;

export const isAnswered = (ending: Ending): boolean =>
  ending !== 'rejected' && ending !== 'unanswered';

/** One line, by which somebody who reads of a failure knows what was played. */
export const described = (script: Script): string => {
  const { nth, ending, callees, stream, room, delivery, paceMs } = script;
  return `${nth}. ${callees.length} called, ends by ${ending} after ${paceMs} ms; ${stream} stream in ${room} room; callbacks ${delivery}`;
};
