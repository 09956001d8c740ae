import { TimeoutType } from '@temporalio/common';
import {
  ActivityFailure,
  CancellationScope,
  condition,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { ProviderReport } from '../../src/call/events.js';
import { endIsCertain, isPlacing, RECONCILE_MS } from '../../src/call/placing.js';
import { type CallState, callerOf, isOver } from '../../src/call/state.js';
import { NOT_SENT_CODE, type RobotPlan } from '../../src/contract/robot-plan.js';
import {
  closeRobotCall,
  endRobotCall,
  findRobotCall,
  followRobotCall,
  placeRobotCall,
} from './robot-activities.js';
import type { CallSession } from './session.js';

const RECORD_WITHIN_MS = 30_000;
const notSent = (why: string): ProviderReport => ({
  type: 'refused',
  code: NOT_SENT_CODE,
  info: `not sent: ${why}`,
});

/** What the provider is asked in the course of one call, until it is over or this run has to end. */
export class RobotPlay {
  readonly #session: CallSession;
  readonly #plan: RobotPlan;
  readonly #mustLeave: () => boolean;
  #isAsking = false;

  constructor(session: CallSession, plan: RobotPlan, mustLeave: () => boolean) {
    this.#session = session;
    this.#plan = plan;
    this.#mustLeave = mustLeave;
  }

  /** Whether an answer is on its way that the next run could not receive. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  async run(): Promise<void> {
    if (this.#isDone) return;
    if (this.#state.placing?.kind === 'asking') await this.#asking(() => this.#place());
    if (isPlacing(this.#state)) await this.#find();
    if (this.#state.providerCallId === undefined) return;
    while (!this.#isDone && !endIsCertain(this.#state)) await this.#follow();
    if (!this.#isDone) await this.#asking(() => this.#close());
  }

  get #state(): CallState {
    return this.#session.state;
  }

  get #isDone(): boolean {
    return isOver(this.#state) || this.#mustLeave();
  }

  async #asking(work: () => Promise<void>): Promise<void> {
    this.#isAsking = true;
    try {
      await work();
    } finally {
      this.#isAsking = false;
    }
  }

  async #place(): Promise<void> {
    const isWanted = this.#state.ending === undefined;
    const report = isWanted
      ? await placeRobotCall(this.#plan).catch(afterNoAnswer)
      : notSent('ended before');
    this.#session.report(report);
  }

  /** Until the reconcile deadline: it ends the call that was not found. */
  async #find(): Promise<void> {
    const { createdAt, ring } = this.#state;
    const until = ring.until + RECONCILE_MS;
    const lost = { plan: this.#plan, askedAt: createdAt, until };
    const reports = await this.#unless(
      () => this.#isDone || !isPlacing(this.#state),
      () => findRobotCall.executeWithOptions({ summary: 'look for the call' }, [lost]),
    );
    this.#apply(reports);
    await condition(() => this.#isDone || !isPlacing(this.#state));
  }

  async #follow(): Promise<void> {
    const { asked, bizType, parties, ring } = this.#state;
    const callees = parties.filter(({ role }) => role === 'callee');
    const followed = {
      ...this.#placed,
      robot: callerOf(this.#state).userId,
      known: callees.map(({ userId, state }) => ({ userId, state })),
      isGroup: bizType === 'group',
      ringUntil: ring.until,
    };
    const reports = await this.#unless(
      () => this.#isDone || endIsCertain(this.#state) || this.#state.asked !== asked,
      () => followRobotCall.executeWithOptions({ summary: 'follow the call' }, [followed]),
    );
    this.#apply(reports);
  }

  async #close(): Promise<void> {
    if (this.#state.forgotten !== true) await endRobotCall(this.#placed);
    this.#session.report({ type: 'forgotten' });
    const close = { ...this.#placed, until: Date.now() + RECORD_WITHIN_MS };
    this.#session.report(
      await closeRobotCall.executeWithOptions({ summary: 'read how it ended' }, [close]),
    );
  }

  get #placed() {
    return { providerCallId: this.#state.providerCallId ?? '' };
  }

  #apply(reports: readonly ProviderReport[]): void {
    for (const report of reports) this.#session.report(report);
  }

  /** What the work answers; nothing, and the work is cancelled, once it is not needed any more. */
  async #unless(
    isMoot: () => boolean,
    work: () => Promise<readonly ProviderReport[]>,
  ): Promise<readonly ProviderReport[]> {
    const scope = new CancellationScope({ cancellable: true });
    try {
      return await scope.run(() => Promise.race([work(), condition(isMoot).then(() => [])]));
    } finally {
      scope.cancel();
    }
  }
}

function afterNoAnswer(error: unknown): ProviderReport {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  const wasNotSent =
    cause instanceof TimeoutFailure && cause.timeoutType === TimeoutType.SCHEDULE_TO_START;
  if (wasNotSent) return notSent('no worker was free');
  return { type: 'placing-unknown', evidence: cause?.message || error.message };
}
