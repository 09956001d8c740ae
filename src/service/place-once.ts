import type { PlacingReport } from '../call/events.js';
import { notSent } from '../contract/placing-words.js';
import type { Placer, PlacingOrder } from '../ports/placer.js';
import type { Placings } from '../ports/placings.js';
import { StoreUnavailable } from '../ports/reservations.js';
import type { RobotCalls } from '../ports/robot-calls.js';
import { reportOfPlacing } from './placing-report.js';

export interface Placing {
  /** Absent where no provider is configured: then nothing is ever sent. */
  readonly robotCalls: Pick<RobotCalls, 'place'> | undefined;
  readonly placings: Placings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Within what a call waits for its placing: a process that was frozen must not ring a given up one. */
const SENT_WITHIN_MS = 10_000;

/** What the store may take: an outcome that is kept later than it was to be told was not told. */
const KEPT_WITHIN_MS = 1_500;

interface Job {
  readonly done: Promise<PlacingReport | 'elsewhere'>;
  tellBy: number;
}

/**
 * The request is taken on in the store before it leaves, by one asker ever: a second one, in whatever
 * process and after whatever crash, never sends it.
 */
export function createPlacer({ robotCalls, placings, now }: Placing): Placer {
  const jobs = new Map<number, Job>();

  async function send(order: PlacingOrder, job: Pick<Job, 'tellBy'>) {
    const { callId, plan } = order;
    const begunAt = now();
    if (!(await placings.takeOn(callId))) return (await placings.find(callId)) ?? 'elsewhere';
    const isLate = now() > begunAt + SENT_WITHIN_MS;
    const withdrawn = isLate ? 'the process was held up' : order.withdrawn;
    const heard = withdrawn === undefined ? await asked(plan) : notSent(withdrawn);
    const isTold = heard.type === 'placed' && now() < job.tellBy - KEPT_WITHIN_MS;
    const report: PlacingReport = isTold ? { ...heard, claimed: true } : heard;
    return (await isKept(callId, report)) ? report : heard;
  }

  async function asked(plan: PlacingOrder['plan']): Promise<PlacingReport> {
    if (robotCalls === undefined) return notSent('no provider is configured');
    const askedAt = now();
    const report = reportOfPlacing(await robotCalls.place(plan));
    return report.type === 'placing-unknown' ? { ...report, askedAt } : report;
  }

  async function isKept(callId: number, report: PlacingReport): Promise<boolean> {
    try {
      await placings.keep(callId, report);
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return false;
    }
  }

  return {
    async place(order) {
      const { callId, tellBy = 0 } = order;
      const underWay = jobs.get(callId);
      if (underWay !== undefined) {
        underWay.tellBy = Math.max(underWay.tellBy, tellBy);
        return underWay.done;
      }
      const telling = { tellBy };
      const done = send(order, telling).finally(() => jobs.delete(callId));
      jobs.set(callId, Object.assign(telling, { done }));
      return done;
    },
  };
}
