import { ApplicationFailure, Context } from '@temporalio/activity';
import type { PlacingReport } from '../src/call/events.js';
import { callIdOfWorkflow } from '../src/contract/ids.js';
import { notSent, wordsOf } from '../src/contract/placing-words.js';
import type { RobotPlan } from '../src/contract/robot-plan.js';
import type { Placer } from '../src/ports/placer.js';
import { StoreUnavailable } from '../src/ports/reservations.js';
import type { ProviderEvidence, RobotCalls } from '../src/ports/robot-calls.js';
import type { RobotActivities } from '../workflows/call/robot-activities.js';
import { newsOf } from './robot-news.js';
import { NO_RECORD, reportOfRecord, reportsOfFound } from './robot-reports.js';
import { restsUnlessStopping, whileBeating } from './signs-of-life.js';

/** How often the provider is asked, in milliseconds. */
export interface Pace {
  /** While somebody rings: an answer is news within this. */
  readonly ringing: number;
  readonly talking: number;
  /** Between searches, or between looks at a record that is not written yet. */
  readonly waiting: number;
  /** Between looks at what somebody else, who places the call, has heard. */
  readonly elsewhere: number;
  /** The longest pause of somebody who was told to slow down. */
  readonly slowest: number;
}

export const PACE: Pace = {
  ringing: 1_000,
  talking: 5_000,
  waiting: 1_000,
  elsewhere: 50,
  slowest: 30_000,
};

export interface RobotWork {
  readonly robotCalls: RobotCalls;
  readonly placer: Placer;
  /** Whether a call of ours has this provider's id already. */
  readonly isOurs: (providerCallId: string) => Promise<boolean>;
  readonly pace?: Pace;
  /** Aborted when this worker is about to stop: what waits goes on elsewhere at once. */
  readonly stopping: AbortSignal;
}

type Placing = Pick<RobotWork, 'placer' | 'pace' | 'stopping'>;

/**
 * What a worker does where no provider is configured: nothing is sent, and who asked is told so. The
 * other activities are left to a worker that has one.
 */
export const withoutProvider = (work: Placing) =>
  ({ placeRobotCall: placing(work) }) satisfies Pick<RobotActivities, 'placeRobotCall'>;

function placing({ placer, pace = PACE, stopping }: Placing): RobotActivities['placeRobotCall'] {
  return async (plan, withdrawn) => {
    const rest = restsUnlessStopping(stopping);
    const until = Date.now() + ELSEWHERE_WITHIN_MS;
    for (;;) {
      const report = await placed(placer, plan, isTooLate() ? 'the worker was held up' : withdrawn);
      if (report !== undefined) return report;
      if (Date.now() >= until) return NOTHING_HEARD;
      await rest(pace.elsewhere);
    }
  };
}

/** Places, follows, ends and closes robot calls; see `RobotActivities`. */
export function createRobotActivities(work: RobotWork) {
  const { robotCalls, placer, isOurs, pace = PACE, stopping } = work;
  return {
    placeRobotCall: placing(work),

    async findRobotCall({ plan, askedAt, until }) {
      const lost = { placing: plan, sentAt: askedAt, until: askedAt + PLACING_TAKES_MS };
      const rest = restsUnlessStopping(stopping);
      for (;;) {
        const report = await placed(placer, plan, 'it was given up');
        if (report !== undefined && report.type !== 'placing-unknown') return [report];
        const found = await whileBeating(robotCalls.findPlaced(lost, isOurs));
        if (found.kind === 'found') return reportsOfFound(found.record);
        if (Date.now() >= until) return [];
        await rest(pace.talking);
      }
    },

    async followRobotCall({ providerCallId, isAsked, ...known }) {
      const rest = restsUnlessStopping(stopping);
      let slowed = 1;
      // The provider's own word of why somebody is out may be on its way.
      let hasGuessed = false;
      for (;;) {
        const seen = await robotCalls.lookUp(providerCallId);
        if (seen.kind === 'gone') return [{ type: 'forgotten' }];
        if (seen.kind === 'live') {
          const { news, isGuess } = newsOf(known, seen.parties, Date.now());
          if (news.length > 0 && (!isGuess || isAsked || hasGuessed)) return news;
          hasGuessed = isGuess;
          if (isAsked) return [{ type: 'as-known' }];
        }
        slowed = seen.kind === 'unknown' ? slowed * 2 : 1;
        const rings = known.known.some(({ state }) => state === 'ringing');
        await rest(Math.min(pace.slowest, slowed * (rings ? pace.ringing : pace.talking)));
      }
    },

    async endRobotCall({ providerCallId, isForgotten }) {
      const outcome = await robotCalls.end(providerCallId);
      if (outcome.kind === 'ended' || outcome.kind === 'gone') return;
      if (outcome.kind === 'refused' && isForgotten) return;
      throw notYet('PROVIDER_DID_NOT_END', outcome.evidence);
    },

    async closeRobotCall({ providerCallId, until, heard }) {
      const rest = restsUnlessStopping(stopping);
      for (;;) {
        const outcome = await robotCalls.record(providerCallId);
        if (outcome.kind === 'record') return reportOfRecord(outcome.record);
        if (Date.now() >= until) return heard ? { type: 'over', ...heard } : NO_RECORD;
        await rest(pace.waiting);
      }
    },
  } satisfies RobotActivities;
}

/** Of which the attempt is not over when it is given up. */
const ELSEWHERE_WITHIN_MS = 7_000;
const NOTHING_HEARD: PlacingReport = {
  type: 'placing-unknown',
  evidence: 'asked for by another process, which has not said what came of it',
};

/** `undefined`: somebody else sends the request, or nobody can tell now who does. */
async function placed(
  placer: Placer,
  plan: RobotPlan,
  withdrawn: string | undefined,
): Promise<PlacingReport | undefined> {
  const callId = callIdOfWorkflow(Context.current().info.workflowExecution?.workflowId ?? '');
  if (callId === undefined) return notSent('the workflow is no call');
  try {
    const order = { callId, plan, ...(withdrawn !== undefined && { withdrawn }) };
    const report = await placer.place(order);
    return report === 'elsewhere' ? undefined : report;
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}

/** Longer than one request can take: the provider may have counted its start anywhere in between. */
const PLACING_TAKES_MS = 15_000;
/** Within what the workflow waits, with room for the clocks of server and worker to differ. */
const SENT_WITHIN_MS = 10_000;

/** A process that was frozen before it sent anything must not ring a call given up meanwhile. */
const isTooLate = (): boolean =>
  Date.now() > Context.current().info.currentAttemptScheduledTimestampMs + SENT_WITHIN_MS;

const notYet = (type: string, evidence: ProviderEvidence) =>
  ApplicationFailure.create({ type, message: wordsOf(evidence) });
