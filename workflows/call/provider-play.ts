import { TimeoutType } from '@temporalio/common';
import {
  ActivityFailure,
  CancellationScope,
  condition,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { PlacingReport, ProviderReport } from '../../src/call/events.js';
import { endIsCertain, isPlacing, isSettled, reconcileUntil } from '../../src/call/placing.js';
import type { CallState } from '../../src/call/state.js';
import type { CallSession } from './session.js';

/** What a channel asks of the provider that carries its calls. Answers are reports in our words. */
export interface ProviderSide {
  /** In the provider's words, of a request that never left. */
  notSent(why: string): ProviderReport;
  /** Rings phones. */
  place(call: CallState): Promise<PlacingReport>;
  /** Looks for a call whose placing was not answered; finds nothing by `until`: no report. */
  find(call: CallState, until: number): Promise<readonly ProviderReport[]>;
  /** Answers when the provider says anything else than what is known. */
  follow(call: CallState): Promise<readonly ProviderReport[]>;
  /**
   * What becomes of the standing wish to end: `forgotten`, and the provider's record says how it
   * ended; or at once how; or that the call goes on. `latest` is the call when that is answered.
   */
  end(call: CallState, latest: () => CallState): Promise<readonly ProviderReport[]>;
  /** Whether another end is wanted by now than was asked for; absent where all ends are alike. */
  isOtherEnd?(asked: CallState, wanted: CallState): boolean;
  /** How it ended, which is waited for until then; absent where `end` answers that. */
  close?(call: CallState, until: number): Promise<readonly ProviderReport[]>;
}

/** How long the provider's record of a call that it has ended is waited for. */
export const RECORD_WITHIN_MS = 30_000;

/**
 * The course of a call that a provider carries, the same on every such channel: it is placed, looked
 * for where that was not answered, followed, ended and closed, until it is over and nothing of it is
 * left there, or this run has to end.
 */
export class ProviderPlay {
  readonly #session: CallSession;
  readonly #side: ProviderSide;
  readonly #startBy: number;
  readonly #mustLeave: () => boolean;
  #isAsking = false;

  /** Nothing is placed after `startBy`, in milliseconds since the epoch. */
  constructor(session: CallSession, side: ProviderSide, startBy: number, mustLeave: () => boolean) {
    this.#session = session;
    this.#side = side;
    this.#startBy = startBy;
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
    while (!this.#isDone) {
      if (endIsCertain(this.#state)) await this.#asking(() => this.#end());
      else await this.#follow();
    }
  }

  get #state(): CallState {
    return this.#session.state;
  }

  get #isDone(): boolean {
    return isSettled(this.#state) || this.#mustLeave();
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
    const askedAt = Date.now();
    const whyNot = this.#whyNotPlace(askedAt);
    const { claimed, ...report }: PlacingReport =
      whyNot === undefined
        ? await this.#side.place(this.#state).catch((error: unknown) => this.#afterNoAnswer(error))
        : this.#side.notSent(whyNot);
    this.#session.report(report.type === 'placing-unknown' ? { ...report, askedAt } : report);
    if (claimed) this.#session.apply({ type: 'claimed' });
  }

  #whyNotPlace(now: number): string | undefined {
    if (this.#state.ending !== undefined) return 'ended before';
    // Whoever asked for it does not expect a phone to ring any more.
    return now > this.#startBy ? 'no worker was there in time' : undefined;
  }

  #afterNoAnswer(error: unknown): ProviderReport {
    if (!(error instanceof ActivityFailure)) throw error;
    const { cause } = error;
    const wasNotSent =
      cause instanceof TimeoutFailure && cause.timeoutType === TimeoutType.SCHEDULE_TO_START;
    if (wasNotSent) return this.#side.notSent('no worker was free');
    return { type: 'placing-unknown', evidence: cause?.message || error.message };
  }

  /** Until the reconcile deadline: it ends the call that was not found, or lets it be sought anew. */
  async #find(): Promise<void> {
    const isMoot = () => this.#isDone || !isPlacing(this.#state);
    while (!isMoot()) {
      const until = reconcileUntil(this.#state);
      await this.#ask(isMoot, () => this.#side.find(this.#state, until));
      await condition(() => isMoot() || reconcileUntil(this.#state) > until);
    }
  }

  async #follow(): Promise<void> {
    const { asked, heard } = this.#state;
    const isOutdated = () =>
      this.#state.asked?.at !== asked?.at || this.#state.heard?.count !== heard?.count;
    await this.#ask(
      () => this.#isDone || endIsCertain(this.#state) || isOutdated(),
      () => this.#side.follow(this.#state),
    );
  }

  /** A call that the provider forgot is ended all the same: it may have been asked too early. */
  async #end(): Promise<void> {
    const asked = this.#state;
    const isKnown = () => isSettled(this.#state);
    const isOther = () => this.#side.isOtherEnd?.(asked, this.#state) === true;
    await this.#ask(
      () => isKnown() || isOther(),
      () => this.#side.end(asked, () => this.#state),
    );
    const { close } = this.#side;
    if (isKnown() || close === undefined || this.#state.forgotten !== true) return;
    const until = Date.now() + RECORD_WITHIN_MS;
    await this.#ask(isKnown, () => close(this.#state, until));
  }

  /** Applies what the work answers; it is cancelled once its answer is not needed any more. */
  async #ask(isMoot: () => boolean, work: () => Promise<readonly ProviderReport[]>): Promise<void> {
    const scope = new CancellationScope({ cancellable: true });
    try {
      const moot = condition(isMoot).then(() => []);
      const reports = await scope.run(() => Promise.race([work(), moot]));
      for (const report of reports) this.#session.report(report);
    } finally {
      scope.cancel();
    }
  }
}
