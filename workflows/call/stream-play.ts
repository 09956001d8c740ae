import { ActivityFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { ProviderReport } from '../../src/call/events.js';
import { endIsCertain } from '../../src/call/placing.js';
import { type CallState, isOver } from '../../src/call/state.js';
import { isToBePlayed } from '../../src/call/stream.js';
import type { RobotPlan, StreamPlan } from '../../src/contract/robot-plan.js';
import { clearWhatIsOurs, streamRoomOf } from './release-media.js';
import type { CallSession } from './session.js';
import {
  confirmStream,
  followStream,
  type StreamStart,
  startStream,
  stopStream,
} from './stream-activities.js';

/** A task that was taken plays within this, or it failed. */
const PLAYS_WITHIN_MS = 15_000;
const AGAIN_AFTER_MS = 2_000;

/**
 * The media of a call: its stream plays from the first answer on, and is stopped whatever ends the
 * call; the room, where it is ours, is closed when the call is over.
 */
export class StreamPlay {
  readonly #session: CallSession;
  readonly #plan: StreamPlan | undefined;
  readonly #mustLeave: () => boolean;
  /** Known here before the call can note it: it may be over by then. */
  #taskId: string | undefined;
  #isAsking = false;

  constructor(session: CallSession, { stream }: RobotPlan, mustLeave: () => boolean) {
    this.#session = session;
    this.#plan = stream;
    this.#mustLeave = mustLeave;
    this.#taskId = session.state.stream?.taskId;
  }

  /** Whether an answer is on its way that the next run could not receive. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  async run(): Promise<void> {
    await condition(() => isToBePlayed(this.#state) || this.#isDone);
    while (!this.#isDone && this.#plan !== undefined) await this.#step(this.#plan);
    if (isOver(this.#state) || endIsCertain(this.#state)) await this.#asking(() => this.#stop());
    await condition(() => isOver(this.#state) || this.#mustLeave());
    if (isOver(this.#state)) await clearWhatIsOurs(this.#state);
  }

  get #state(): CallState {
    return this.#session.state;
  }

  get #isDone(): boolean {
    return endIsCertain(this.#state) || this.#mustLeave();
  }

  async #step(plan: StreamPlan): Promise<void> {
    const { kind, failures = 0 } = this.#state.stream ?? {};
    switch (kind) {
      case 'waiting':
        if (failures > 0) await this.#rest(failures * AGAIN_AFTER_MS);
        if (!this.#isDone) await this.#asking(() => this.#start(plan));
        return;
      case 'starting':
        return this.#confirm();
      case 'playing':
        return this.#follow();
      case 'ended':
      case 'failed':
      case undefined:
        await condition(() => this.#isDone);
    }
  }

  async #start(plan: StreamPlan): Promise<void> {
    const { limits } = this.#state;
    const order = {
      room: streamRoomOf(this.#state),
      stream: plan,
      longestMs: limits.maxDurationMs,
    };
    const outcome = await startStream(order).catch(lost);
    if (outcome.kind === 'started') {
      this.#taskId = outcome.taskId;
      this.#report({ type: 'stream', now: 'starting', taskId: outcome.taskId });
      return;
    }
    // Whatever plays under a lost id would be in the way of the next try.
    if (outcome.kind === 'lost') await clearWhatIsOurs(this.#state, plan.userId);
    this.#report({ type: 'stream', now: 'start-failed', evidence: outcome.evidence });
  }

  async #confirm(): Promise<void> {
    const taskId = this.#taskId ?? '';
    const until = Date.now() + PLAYS_WITHIN_MS;
    const seen = await this.#ask(() => confirmStream({ taskId, until }));
    if (seen === 'playing') this.#report({ type: 'stream', now: 'playing' });
    if (seen === 'gone') {
      this.#report({ type: 'stream', now: 'start-failed', evidence: 'it never played' });
    }
  }

  async #follow(): Promise<void> {
    const taskId = this.#taskId ?? '';
    const seen = await this.#ask(() => followStream({ taskId }).then(() => 'gone' as const));
    if (seen === 'gone') this.#report({ type: 'stream', now: 'ended' });
  }

  async #stop(): Promise<void> {
    const { stream } = this.#state;
    if (this.#taskId !== undefined && stream?.kind !== 'ended') {
      await stopStream.executeWithOptions({ summary: 'stop the stream' }, [
        { taskId: this.#taskId },
      ]);
    }
    if (stream !== undefined) this.#report({ type: 'stream', now: 'stopped' });
  }

  #report(report: ProviderReport): void {
    this.#session.report(report);
  }

  async #asking(work: () => Promise<void>): Promise<void> {
    this.#isAsking = true;
    try {
      await work();
    } finally {
      this.#isAsking = false;
    }
  }

  #rest(ms: number): Promise<boolean> {
    return condition(() => this.#isDone, ms, { summary: 'before the stream is tried again' });
  }

  /** The answer, unless it is not needed any more, or the provider has said something meanwhile. */
  async #ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    const scope = new CancellationScope({ cancellable: true });
    const { heard, stream } = this.#state;
    try {
      const isOutdated = () =>
        this.#state.heard?.mediaAt !== heard?.mediaAt || this.#state.stream?.kind !== stream?.kind;
      const moot = condition(() => this.#isDone || isOutdated()).then(() => undefined);
      return await scope.run(() => Promise.race([work(), moot]));
    } finally {
      scope.cancel();
    }
  }
}

function lost(error: unknown): StreamStart {
  if (!(error instanceof ActivityFailure)) throw error;
  return { kind: 'lost', evidence: error.cause?.message || error.message };
}
