import type { Fault } from '../../../../src/simulators/fault-rules.js';
import { FAULT_KINDS, type FaultKind } from '../../../../src/simulators/yuntongxun/faults.js';
import { type Random, shuffled } from '../../seeded.js';
import { doneAt, scriptsAt } from '../kill-plan.js';
import { PHONE_PLAN, STORIES, type Story } from './plan.js';

/** What a phone call asks of the provider, and what that pushes. */
const REQUESTS = ['Calls/Callback', 'Calls/CallCancel'] as const;
const PUSHES = ['CallAuth', 'CallEstablish', 'Hangup', 'CDR'] as const;
export const OCCASIONS = [...REQUESTS, ...PUSHES] as const;
type Occasion = (typeof OCCASIONS)[number];
export type PhoneFault = Omit<Fault<FaultKind>, 'on'> & { readonly on: Occasion };

/** Longer than our client waits for an answer. */
const TOO_SLOW_MS = 4_500;
/** Late enough for what comes after it to come first. */
const LATE_MS = 1_500;

function faultsOf(on: Occasion, kind: FaultKind): PhoneFault[] {
  if ((PUSHES as readonly string[]).includes(on)) {
    if (kind === 'lose-answer' || kind === 'twice') return [{ on, kind }];
    return kind === 'slow-effect' ? [{ on, kind, ms: LATE_MS }] : [];
  }
  switch (kind) {
    case 'slow-effect':
    case 'slow-answer':
      return [{ on, kind, ms: TOO_SLOW_MS }];
    case 'status':
    case 'lose-answer':
      return [
        { on, kind },
        { on, kind, effect: false },
      ];
    case 'code':
      return [
        { on, kind, code: 111_000 },
        { on, kind, code: 111_000, effect: true },
        { on, kind, code: 111_111 },
      ];
    case 'malformed':
    case 'twice':
    case 'bare':
      return [{ on, kind }];
  }
}

const FAULTS: readonly PhoneFault[] = OCCASIONS.flatMap((on) =>
  FAULT_KINDS.flatMap((kind) => faultsOf(on, kind)),
);

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

/** As the provider is given it, and as it is stored. */
export const numberOf = (userId: string): string => `139${userId}`;
export const e164Of = (userId: string): string => `+86${numberOf(userId)}`;

/** Each point once, each fault as often as there are scripts for; the same ones for the same seed. */
export function drawScripts(points: readonly string[], count: number, random: Random): Script[] {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const kills = shuffled(points, random);
  const faults = shuffled(FAULTS, random);
  return Array.from({ length: count }, (_, index): Script => {
    const point = kills[index];
    const story = pick(point === undefined ? STORIES : scriptsAt(PHONE_PLAN, point));
    const fault = random() < UNFAULTED ? undefined : faults[index % faults.length];
    return {
      ...people(index + 1),
      story,
      ...(fault !== undefined && fits(fault, story) && { fault }),
      ...(point !== undefined && { point }),
      paceMs: Math.floor(random() * LONGEST_PACE_MS),
    };
  });
}

/** Where nothing is pushed, nothing can go wrong with a push. */
const fits = ({ on }: PhoneFault, story: Story): boolean =>
  story !== 'provider-silent' || !(PUSHES as readonly string[]).includes(on);

/** A script for each of these points, in which nothing keeps it from being passed. */
export const encores = (points: readonly string[], firstNth: number): Script[] =>
  points.map((point, index) => ({
    ...people(firstNth + index),
    story: scriptsAt(PHONE_PLAN, point)[0] ?? 'answered',
    point,
    paceMs: 0,
  }));

/** By what a request at this point is known to be about the call: numbers, names, or its caller. */
export function markOf({ caller, point = '' }: Script): string {
  if (doneAt(point) === 'telephony.place') return e164Of(caller);
  return doneAt(point) === 'telephony.subAccount' ? `switchyard-${caller}` : caller;
}

export const described = ({ nth, story, fault, point = 'never' }: Script): string => {
  const { on, kind, code, effect } = fault ?? {};
  const parts = [on, kind, code, effect === undefined ? undefined : `effect ${effect}`];
  const what = parts.filter((each) => each !== undefined).join(' ') || 'no fault';
  return `${nth}. ${story}; ${what}; killed ${point}`;
};
