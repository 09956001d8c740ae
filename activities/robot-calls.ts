import { ApplicationFailure, CompleteAsyncError, Context } from '@temporalio/activity';
import type { PlacingReport, ProviderReport } from '../src/call/events.js';
import { callIdOfWorkflow } from '../src/contract/ids.js';
import type { PlacedHere, WaitsHere } from '../src/ports/placed-here.js';
import type { ProviderEvidence, RobotCalls } from '../src/ports/robot-calls.js';
import type { EndedCall, RobotActivities } from '../workflows/call/robot-activities.js';
import { newsOf } from './robot-news.js';
import {
  answeredPlacing,
  notSent,
  reportOfPlacing,
  reportOfRecord,
  reportsOfFound,
  wordsOf,
} from './robot-reports.js';
import { restsUnlessStopping, whileBeating } from './signs-of-life.js';

/** How often the provider is asked, in milliseconds. */
export interface Pace {
  /** While somebody rings: an answer is news within this. */
  readonly ringing: number;
  readonly talking: number;
  /** Between searches, or between looks at a record that is not written yet. */
  readonly waiting: number;
  /** The longest pause of somebody who was told to slow down. */
  readonly slowest: number;
  /** How long the provider's own word of why somebody is out may be on its way. */
  readonly word: number;
}

export const PACE: Pace = {
  ringing: 1_000,
  talking: 5_000,
  waiting: 1_000,
  slowest: 30_000,
  word: 3_000,
};

export interface RobotWork {
  readonly robotCalls: RobotCalls;
  /** Whether a call of ours has this provider's id already. */
  readonly isOurs: (providerCallId: string) => Promise<boolean>;
  readonly pace?: Pace;
  /** Where requests of this process wait for what is placed by it. */
  readonly placedHere?: PlacedHere;
  /** Aborted when this worker is about to stop: what waits goes on elsewhere at once. */
  readonly stopping: AbortSignal;
}

/**
 * What a worker does where no provider is configured: nothing is sent, and who asked is told so. The
 * other activities are left to a worker that has one.
 */
export const withoutProvider = {
  placeRobotCall: async () => notSent('no provider is configured'),
} satisfies Pick<RobotActivities, 'placeRobotCall'>;

/** Places, follows, ends and closes robot calls; see `RobotActivities`. */
export function createRobotActivities(work: RobotWork) {
  const { robotCalls, isOurs, pace = PACE, placedHere, stopping } = work;
  return {
    async placeRobotCall(plan) {
      const waiting = placedHere?.begin(callIdOfWorkflow(workflowIdHere()) ?? 0);
      if (isTooLate()) return notSent('the worker was held up');
      return toldHere(reportOfPlacing(await robotCalls.place(plan)), waiting);
    },

    async findRobotCall({ plan, askedAt, until }) {
      const lost = { placing: plan, sentAt: askedAt, until: askedAt + PLACING_TAKES_MS };
      const rest = restsUnlessStopping(stopping);
      const pauseAfter = pausesUpTo(pace.slowest);
      for (;;) {
        const found = await whileBeating(robotCalls.findPlaced(lost, isOurs));
        if (found.kind === 'found') return reportsOfFound(found.record);
        const leftMs = until - Date.now();
        if (leftMs <= 0) return [];
        await rest(Math.min(leftMs, pauseAfter(found, pace.talking)));
      }
    },

    async followRobotCall({ providerCallId, isAsked, ...known }) {
      const rest = restsUnlessStopping(stopping);
      const pauseAfter = pausesUpTo(pace.slowest);
      let guessFrom: number | undefined;
      for (;;) {
        const seen = await robotCalls.lookUp(providerCallId);
        if (seen.kind === 'gone') return [{ type: 'forgotten' }];
        if (seen.kind === 'live') {
          const now = Date.now();
          const { news, guesses } = newsOf(known, seen.parties, now);
          if (news.length > 0) return news;
          guessFrom = guesses.length > 0 ? (guessFrom ?? now + pace.word) : undefined;
          const isToBeGuessed = guessFrom !== undefined && (isAsked || now >= guessFrom);
          if (isToBeGuessed) return guesses;
          if (isAsked) return [{ type: 'as-known' }];
        }
        const rings = known.known.some(({ state }) => state === 'ringing');
        await rest(pauseAfter(seen, rings ? pace.ringing : pace.talking));
      }
    },

    async endRobotCall(call) {
      await end(robotCalls, call);
    },

    async closeRobotCall({ recordWithinMs, ...call }) {
      const ended = endedBefore() ?? {
        until: await whileBeating(end(robotCalls, call)).then(() => Date.now() + recordWithinMs),
      };
      const rest = restsUnlessStopping(stopping);
      for (let looks = 0; ; looks += 1) {
        const outcome = await whileBeating(robotCalls.record(call.providerCallId), ended);
        if (outcome.kind === 'record') return reportOfRecord(outcome.record);
        if (Date.now() >= ended.until) return null;
        await rest(pace.waiting * (PAUSES_BETWEEN_LOOKS[looks] ?? 1), ended);
      }
    },
  } satisfies RobotActivities;
}

/** Pauses between questions: twice as long after each answer that is none, up to the longest. */
function pausesUpTo(longestMs: number) {
  let slowed = 1;
  return ({ kind }: { readonly kind: string }, usualMs: number): number => {
    slowed = kind === 'unknown' ? slowed * 2 : 1;
    return Math.min(longestMs, slowed * usualMs);
  };
}

/** Longer than one request can take: the provider may have counted its start anywhere in between. */
const PLACING_TAKES_MS = 15_000;
/** Within what the workflow waits, with room for the clocks of server and worker to differ. */
const SENT_WITHIN_MS = 10_000;

/** A process that was frozen before it sent anything must not ring a call given up meanwhile. */
const isTooLate = (): boolean =>
  Date.now() > Context.current().info.currentAttemptScheduledTimestampMs + SENT_WITHIN_MS;

/** A record is there five seconds after the end, and seldom before. */
const PAUSES_BETWEEN_LOOKS = [1, 2, 2];

/** Until when its record is waited for, of a call that the provider has ended. */
interface Ended {
  readonly until: number;
}
/** What an attempt before this one, of another worker perhaps, has brought about. */
const endedBefore = (): Ended | undefined =>
  Context.current().info.heartbeatDetails as Ended | undefined;

async function end(robotCalls: RobotCalls, { providerCallId, isForgotten }: EndedCall) {
  const outcome = await robotCalls.end(providerCallId);
  if (outcome.kind === 'ended' || outcome.kind === 'gone') return;
  if (outcome.kind === 'refused' && isForgotten) return;
  throw notYet('PROVIDER_DID_NOT_END', outcome.evidence);
}

const workflowIdHere = (): string => Context.current().info.workflowExecution?.workflowId ?? '';

/** Whoever is told has claimed the call: that is durable before they hear of it. */
async function toldHere(report: ProviderReport, waiting: WaitsHere | undefined) {
  const placed = answeredPlacing(report);
  if (placed === undefined || waiting === undefined) return report;
  const result: PlacingReport = { ...report, claimed: true };
  const told = await waiting.tell(Context.current().info.taskToken, result, placed);
  if (told === 'not-told') return report;
  // The activity has its result already.
  throw new CompleteAsyncError();
}

const notYet = (type: string, evidence: ProviderEvidence) =>
  ApplicationFailure.create({ type, message: wordsOf(evidence) });
