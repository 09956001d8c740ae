import type { Fault } from '../../../../src/simulators/fault-rules.js';
import type { FaultKind } from '../../../../src/simulators/tencent/faults.js';
import { dealer, type Random, shuffled } from '../../seeded.js';
import { neverMet } from '../faults-met.js';
import { doneAt, scriptsAt } from '../kill-plan.js';
import { FAULTS, faultName, LOST_START, type RobotFault, ringsTwice } from './faults.js';
import { ROBOT_PLAN, STORIES, type Story } from './plan.js';

/** What is to happen to one call: one story, faults of the provider, and a kill of the product. */
export interface Script {
  /** Which of its run, by which it is found again. */
  readonly nth: number;
  readonly robot: string;
  readonly callee: string;
  readonly story: Story;
  readonly faults: readonly RobotFault[];
  /** Where the product is killed in this call. */
  readonly point?: string;
  /** How long its people take for what they do. */
  readonly paceMs: number;
}

/** So many have no fault but those that their point needs. */
const UNFAULTED = 0.1;
const LONGEST_PACE_MS = 1_500;

/**
 * Each point once, and each kind of fault of each command as often as there are scripts for, drawn at
 * random, the longest ones first; the same ones for the same seed.
 */
export function drawScripts(points: readonly string[], count: number, random: Random): Script[] {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const nextStory = dealer(STORIES, random);
  const kills = shuffled(points, random);
  const drawn = new Map<string, number>();
  const timesDrawn = (fault: RobotFault): number => drawn.get(named(fault)) ?? 0;

  function rarest(faults: readonly RobotFault[]): RobotFault | undefined {
    const fewest = Math.min(...faults.map(timesDrawn));
    const fault = shuffled(faults, random).find((each) => timesDrawn(each) === fewest);
    if (fault !== undefined) drawn.set(named(fault), fewest + 1);
    return fault;
  }

  const scripts = Array.from({ length: count }, (_, index): Script => {
    const point = kills[index];
    const story = point === undefined ? nextStory() : pick(scriptsAt(ROBOT_PLAN, point));
    const fitting = random() < UNFAULTED ? [] : FAULTS.filter((each) => fits(each, story, point));
    const fault = rarest(fitting);
    return {
      ...people(index + 1),
      story,
      faults: fault === undefined ? needed(point) : withNeeded(fault, point),
      ...(point !== undefined && { point }),
      paceMs: Math.floor(random() * LONGEST_PACE_MS),
    };
  });
  return scripts.toSorted((one, other) => Number(isInDoubt(other)) - Number(isInDoubt(one)));
}

const named = ({ on, kind }: RobotFault): string => `${on} ${kind}`;

/** It is looked for, half a minute at most. */
const isInDoubt = ({ faults }: Script): boolean =>
  faults.some(({ on }) => on === 'start_call_by_robot');

/** What has come about so far. */
interface Met {
  /** Points that nobody was killed at. */
  readonly missed: readonly string[];
  readonly fired: readonly Fault<FaultKind>[];
  /** Faults that are to happen, too. */
  readonly wanted: readonly RobotFault[];
}

/**
 * A script for each point, in which nothing keeps it from being passed, for each command and kind that
 * no fault has happened to, and for each fault that is wanted and has not happened.
 */
export function encores({ missed, fired, wanted }: Met, firstNth: number): Script[] {
  const killed = missed.map((point) => {
    const stories = scriptsAt(ROBOT_PLAN, point);
    const story = stories.find((each) => each === 'rejected') ?? stories[0] ?? 'rejected';
    return { story, faults: needed(point), point };
  });
  const met = new Set(fired.map(faultName));
  const stillWanted = wanted.filter((fault) => !met.has(faultName(fault)));
  const faulty = [...new Set([...neverMet(FAULTS, fired), ...stillWanted])].map((fault) => ({
    story: 'rejected' as const,
    faults: withNeeded(fault, undefined),
  }));
  return [...killed, ...faulty].map((script, index) => ({
    ...people(firstNth + index),
    ...script,
    paceMs: 0,
  }));
}

const people = (nth: number) => ({ nth, robot: `robot-${nth}`, callee: `callee-${nth}` });

const isLost = (point: string | undefined): boolean =>
  point !== undefined && doneAt(point) === 'tencent.findPlaced';

const needed = (point: string | undefined): readonly RobotFault[] =>
  isLost(point) ? [LOST_START] : [];

/** These are passed early enough that nothing can have been lost yet. */
const EARLY: readonly string[] = [
  'store.reservations.nextCallId',
  'store.reservations.reserve',
  'engine.start',
  'engine.placed',
  'tencent.place',
  'tencent.findPlaced',
];

/** The record of a call is looked for only where its start was lost, and all else only where not. */
function fits({ on }: RobotFault, story: Story, point: string | undefined): boolean {
  const mayBeLost = point === undefined || EARLY.includes(doneAt(point));
  if (on === 'get_record_by_filter') return mayBeLost && story !== 'terminated';
  if (isLost(point)) return false;
  if (on === 'start_call_by_robot') return mayBeLost;
  // A call that is terminated is not asked about any more, nor is one that is ended at once.
  if (on === 'end_call') return true;
  return story !== 'terminated' && (on !== 'get_call_info' || !ENDED_AT_ONCE.includes(story));
}

const ENDED_AT_ONCE: readonly Story[] = ['cancelled', 'crossing'];

const withNeeded = (fault: RobotFault, point: string | undefined): readonly RobotFault[] =>
  fault.on === 'get_record_by_filter' ? [LOST_START, fault] : [...needed(point), fault];

export const ringsPerStart = ({ faults }: Script): number => (faults.some(ringsTwice) ? 2 : 1);

/** One line, by which somebody who reads of a failure knows what was played. */
export const described = ({ nth, story, faults, point = 'never' }: Script): string => {
  const what = faults.map(faultName).join(' + ');
  return `${nth}. ${story}; ${what || 'no fault'}; killed ${point}`;
};
