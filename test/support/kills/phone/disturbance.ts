import type { Uptime } from '../mortal-product.js';
import type { Told } from './people.js';
import { PICKED_UP_IN, RING_SECONDS, TALK_SECONDS } from './plan.js';
import type { Pushed, RungCall } from './provider.js';

/** Of a call, from its creation to the end of its workflow; milliseconds since the epoch. */
export interface Life {
  readonly from: number;
  readonly until: number;
}

export interface Lived {
  readonly told: Told;
  /** Of every call that the request became. */
  readonly lives: readonly Life[];
  readonly rung: readonly RungCall[];
}

/** What is done on purpose; all else is a busy machine's doing. */
const ON_PURPOSE = { fault: 'a fault', silence: 'a silent provider', kill: 'a kill' } as const;

export const isLeftAlone = (disturbedBy: readonly string[]): boolean =>
  !Object.values(ON_PURPOSE).some((each) => disturbedBy.includes(each));

/** Later than that the product may not say whether to dial, and nobody is dialled. */
const ANSWERED_WITHIN_MS = 1_500;
/** Whatever else is said then still comes before a deadline; see `LATE_RING_MS`. */
const HEARD_WITHIN_MS = 2_500;
/** Longer than anything that an answer to an app waits for. */
const SLOW_ANSWER_MS = 2_000;
const RING_MS = RING_SECONDS * 1_000;
/** What comes of a ring that begins later may be heard after the deadline, which is twelve seconds. */
const LATE_RING_MS = 6_000;
const TALK_MS = TALK_SECONDS * 1_000;

/**
 * What may have kept a script from going as its story says; if nothing did, its end is the story's.
 * What is done to it on purpose is known. A busy machine only counts where a deadline passed, and that
 * shows: to the app in how long an answer took, in the ledger of the provider, which has the clock of
 * this process, in how long a push was under way, a phone rang or two people talked.
 */
export function disturbances(
  { told, lives, rung }: Lived,
  uptimes: readonly Uptime[],
): readonly string[] {
  const { script, callSids, cancel, longestMs } = told;
  const { story, fault } = script;
  const wasUp = ({ from, until }: Life): boolean =>
    uptimes.some((uptime) => uptime.from <= from && until <= uptime.until);
  const isAnswered = callSids.length > 0 && (cancel === undefined || hasWord(cancel.returnCode));
  const isSlow = longestMs >= SLOW_ANSWER_MS;
  const isOverAt = Math.max(...lives.map(({ until }) => until));
  return [
    ...(fault === undefined ? [] : [ON_PURPOSE.fault]),
    ...(story === 'provider-silent' ? [ON_PURPOSE.silence] : []),
    ...([told, ...lives].every(wasUp) ? [] : [ON_PURPOSE.kill]),
    ...(!isAnswered && isSlow ? ['an answer that did not come'] : []),
    ...rung.flatMap(({ pushes }) =>
      pushes.some((push) => push.sentAt <= isOverAt && wasNotHeard(push))
        ? ['a push that was not heard']
        : [],
    ),
    ...(PICKED_UP_IN.includes(story) ? rung.flatMap((call) => lateness(call, lives)) : []),
  ];
}

/** Done, or that it was not. */
const hasWord = (returnCode: number | undefined): boolean =>
  returnCode === 200 || returnCode === 400;

const wasNotHeard = ({ status, tookMs, asks }: Pushed): boolean =>
  status !== 200 || tookMs >= (asks ? ANSWERED_WITHIN_MS : HEARD_WITHIN_MS);

function lateness({ legs, talkingAt, endedAt }: RungCall, lives: readonly Life[]): string[] {
  const begunAt = Math.min(...lives.map(({ from }) => from));
  const orNever = (at: number | undefined) => at ?? Number.POSITIVE_INFINITY;
  return [
    ...legs.flatMap((leg) => [
      ...(orNever(leg.answeredAt ?? leg.endedAt) - leg.rangAt >= RING_MS ? ['a long ring'] : []),
      ...(leg.rangAt - begunAt >= LATE_RING_MS ? ['a late ring'] : []),
    ]),
    ...(orNever(endedAt) - orNever(talkingAt) >= TALK_MS ? ['a long talk'] : []),
  ];
}
