import { doneAt } from '../kills/kill-plan.js';
import { type Random, shuffled } from '../seeded.js';
import { givenRoom, isAnswered, type Script } from './scripts.js';

/** What is asked of TRTC, of the backend's own callback URL, and of Temporal for a callback. */
export const KILLED_AT = [
  'trtc.start',
  'trtc.look',
  'trtc.stop',
  'trtc.dismiss',
  'trtc.removeUser',
  'relay.deliver',
  'inbox.handOff',
] as const;

/** What the product declares beside them, and why nothing is killed there. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'relay.close': 'belongs to a clean stop',
};

const SEAMS = /^(before|after) (trtc|relay|inbox)\./;
const MOMENTS = ['before', 'after'] as const;

/** Points that are there and in no plan, and the other way round. */
export function unplanned(declared: ReadonlySet<string>): string[] {
  const planned = MOMENTS.flatMap((moment) => KILLED_AT.map((done) => `${moment} ${done}`));
  const there = [...declared].filter((point) => SEAMS.test(point) && !(doneAt(point) in LEFT_OUT));
  return [
    ...planned.filter((point) => !declared.has(point)),
    ...there.filter((point) => !planned.includes(point)),
  ];
}

/** Each is a death and a start of the product: so many every day, all of them at length. */
const EVERY_DAY = 5;

export const drawPoints = (random: Random, atLength: boolean): string[] =>
  shuffled(
    shuffled(KILLED_AT, random)
      .slice(0, atLength ? undefined : EVERY_DAY)
      .flatMap((done) => {
        const moments = shuffled(MOMENTS, random).slice(0, atLength ? undefined : 1);
        return moments.map((moment) => `${moment} ${done}`);
      }),
    random,
  );

/** Whether such a call comes by the point as soon as it can. */
export function comesBy(script: Script, point: string): boolean {
  const { ending, stream } = script;
  if (!isAnswered(ending)) return false;
  switch (doneAt(point)) {
    case 'trtc.dismiss':
      return givenRoom(script) === undefined;
    case 'trtc.removeUser':
      return givenRoom(script) !== undefined && stream !== 'none';
    case 'trtc.stop':
      return stream === 'long';
    case 'trtc.start':
    case 'trtc.look':
      return stream !== 'none';
    default:
      return true;
  }
}
