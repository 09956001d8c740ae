import { dealer, type Random, shuffled } from '../../seeded.js';
import { doneAt, scriptsAt } from '../kill-plan.js';
import { phonePlan, STORIES, type Story } from './plan.js';
import type { PhoneFault, PhoneProvider } from './provider.js';

/** What is to happen to one call: a story, a fault of the provider, and a kill of the product. */
export interface Script {
  /** Which of its run, by which it is found again. */
  readonly nth: number;
  readonly caller: string;
  readonly callee: string;
  readonly story: Story;
  readonly fault?: PhoneFault;
  /** Where the product is killed in this call. */
  readonly point?: string;
  /** How long its people take for what they do. */
  readonly paceMs: number;
}

const UNFAULTED = 0.1;
const LONGEST_PACE_MS = 1_000;
const FIRST_USER = 20_000_000;

const people = (nth: number) => ({
  nth,
  caller: String(FIRST_USER + 2 * nth),
  callee: String(FIRST_USER + 2 * nth + 1),
});

/**
 * Each point once, and each kind of fault of each request and push as often as there are scripts for,
 * drawn at random, the longest ones first; the same ones for the same seed. A few more lose their
 * answers.
 */
export function drawScripts(
  provider: PhoneProvider,
  points: readonly string[],
  count: number,
  random: Random,
): Script[] {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const nextStory = dealer(STORIES, random);
  const kills = shuffled(points, random);
  const drawn = new Map<string, number>();
  const plan = phonePlan(provider);

  function rarest(faults: readonly PhoneFault[]): PhoneFault | undefined {
    const rarity = (each: PhoneFault) => namesOf(each).map((name) => drawn.get(name) ?? 0);
    const [first] = shuffled(faults, random).toSorted((one, other) =>
      byFirstDifference(rarity(one), rarity(other)),
    );
    for (const name of first === undefined ? [] : namesOf(first)) {
      drawn.set(name, (drawn.get(name) ?? 0) + 1);
    }
    return first;
  }

  const scripts = Array.from({ length: count }, (_, index): Script => {
    const point = kills[index];
    const story = point === undefined ? nextStory() : pick(scriptsAt(plan, point));
    const fitting = provider.faults.filter((each) => fits(provider, each, story));
    const fault = random() < UNFAULTED ? undefined : rarest(fitting);
    return {
      ...people(index + 1),
      story,
      ...(fault !== undefined && { fault }),
      ...(point !== undefined && { point }),
      paceMs: Math.floor(random() * LONGEST_PACE_MS),
    };
  });
  const sorted = scripts.toSorted((one, other) => Number(isLong(other)) - Number(isLong(one)));
  return [...sorted, ...lostOnes(provider, count + 1, random)];
}

const LOST_ONES = 4;

/** Placed without an answer that says so, when no more is killed: each of them has to be found. */
const lostOnes = ({ faults }: PhoneProvider, firstNth: number, random: Random): Script[] =>
  shuffled(
    faults.filter(({ isLost }) => isLost === true),
    random,
  )
    .slice(0, LOST_ONES)
    .map((fault, index) => ({ ...people(firstNth + index), story: 'answered', fault, paceMs: 0 }));

/** Nothing happens to them: each of them has to end as its story says. */
export const leftAlone = (firstNth: number): Script[] =>
  STORIES.filter((story) => story !== 'provider-silent').map((story, index) => ({
    ...people(firstNth + index),
    story,
    paceMs: 0,
  }));

/** What is to happen equally often: first where it goes wrong, then how. */
const namesOf = ({ on, kind, name }: PhoneFault): string[] => [on, kind, `${on} ${kind}`, name];

const byFirstDifference = (one: readonly number[], other: readonly number[]): number =>
  one.map((count, index) => count - (other[index] ?? 0)).find((by) => by !== 0) ?? 0;

/** Until nothing is awaited any more of a provider that says nothing. */
const isLong = ({ story }: Script): boolean => story === 'provider-silent';

/** A fault of what does not come about in a story would never happen. */
function fits(provider: PhoneProvider, fault: PhoneFault, story: Story): boolean {
  const { on, needsQuestion } = fault;
  const isPush = provider.pushes.includes(on);
  if (story === 'provider-silent' && (isPush || needsQuestion === true)) return false;
  return provider.comesAboutIn[on]?.includes(story) ?? true;
}

/**
 * A script for each point, in which nothing keeps it from being passed, and for each fault that has not
 * happened and should.
 */
export function encores(
  provider: PhoneProvider,
  missed: readonly string[],
  unmet: readonly PhoneFault[],
  firstNth: number,
): Script[] {
  const killed = missed.map((point) => ({
    story: scriptsAt(phonePlan(provider), point)[0] ?? 'answered',
    point,
  }));
  const faulty = unmet.map((fault) => ({
    story: STORIES.find((story) => fits(provider, fault, story)) ?? 'answered',
    fault,
  }));
  return [...killed, ...faulty].map((script, index) => ({
    ...people(firstNth + index),
    ...script,
    paceMs: 0,
  }));
}

/** By what a request at this point is known to be about the call: numbers, names, or its caller. */
export function markOf(provider: PhoneProvider, { caller, point = '' }: Script): string {
  if (doneAt(point) === 'telephony.place') return provider.numberOf(caller);
  return doneAt(point) === 'telephony.subAccount' ? provider.accountOf(caller) : caller;
}

/** One line, by which somebody who reads of a failure knows what was played. */
export const described = ({ nth, story, fault, point = 'never' }: Script): string =>
  `${nth}. ${story}; ${fault?.name ?? 'no fault'}; killed ${point}`;
