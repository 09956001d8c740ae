import { nextDeadline } from '../../src/call/deadlines.js';
import type { CallEvent, Deadline, ProviderReport } from '../../src/call/events.js';
import { rungFrom } from '../../src/call/new-call.js';
import { isSettled } from '../../src/call/placing.js';
import { type CallState, isOver } from '../../src/call/state.js';
import { type Effect, isRefusal, type OutwardEvent, toldBy } from '../../src/call/step.js';
import { type Judgement, judge, transition } from '../../src/call/transition.js';
import type { CallRecord } from './activities.js';
import type { CallInput, CallResult, Carried, TimelineEntry } from './messages.js';
import { describeEvent, describeReport } from './timeline.js';

const TIMELINE_LENGTH = 200;

/** Told together with the next change of status, or two seconds later. */
const CAN_WAIT: readonly OutwardEvent['type'][] = [
  'call.ongoing',
  'call.party_changed',
  'call.updated',
];

export interface Shown {
  readonly state: CallState;
  readonly timeline: readonly TimelineEntry[];
  readonly droppedSignals: number;
}
/** Shows an operator what has become of the call. */
type Show = (shown: Shown) => void;

/** One live call: the only holder of its state, and the only place that assigns it. */
export class CallSession implements Shown {
  /** Counts every assignment, so that a waiting loop sees that something moved. */
  changes = 0;
  #state: CallState;
  #timeline: TimelineEntry[];
  #recordedVersion: number;
  #unrecorded: OutwardEvent[];
  #droppedSignals: number;
  readonly #show: Show;

  constructor(input: CallInput, startedAt: number, show: Show) {
    const { carried } = input;
    this.#state = carried === undefined ? rungFrom(input.state, startedAt) : input.state;
    this.#timeline = [...(carried?.timeline ?? [])];
    this.#recordedVersion = carried?.recordedVersion ?? input.state.version;
    this.#unrecorded = [...(carried?.unrecorded ?? [])];
    this.#droppedSignals = carried?.droppedSignals ?? 0;
    this.#show = show;
    show(this);
  }

  get state(): CallState {
    return this.#state;
  }

  get droppedSignals(): number {
    return this.#droppedSignals;
  }

  get timeline(): readonly TimelineEntry[] {
    return this.#timeline;
  }

  /** What the event would do now, overdue deadlines first, without doing it. */
  judge(event: CallEvent): Judgement {
    return judge(this.#state, event, Date.now());
  }

  apply(event: CallEvent): Judgement {
    const judgement = this.judge(event);
    this.#assign(judgement.state, judgement.effects);
    return judgement;
  }

  /** Applies what a provider said, and keeps its words for operators. */
  report(report: ProviderReport): Judgement {
    this.#note(`provider: ${describeReport(report)}`);
    return this.apply(report);
  }

  nextDeadline(): Deadline | undefined {
    return nextDeadline(this.#state);
  }

  /** Says to every ringing callee that the call is coming in. */
  announce(): void {
    const { version, parties } = this.#state;
    const ringing = parties.filter((party) => party.state === 'ringing');
    this.#tell(
      ringing.map(({ userId }) => ({ type: 'call.incoming', version, at: Date.now(), userId })),
    );
  }

  /** A call that was never announced ends in silence. */
  endUnannounced(): void {
    const end = { type: 'end', by: 'system', cause: 'unreachable' } as const;
    const step = transition(this.#state, end, Date.now());
    if (isRefusal(step)) return;
    this.#assign(step.state, step.effects);
    this.#unrecorded = [];
  }

  #note(what: string): void {
    const at = new Date(Date.now()).toISOString();
    this.#timeline = [...this.#timeline, { at, what }].slice(-TIMELINE_LENGTH);
  }

  /** A signal that was refused, or not understood: it cannot be answered, so it is counted. */
  dropSignal(name: string, why: string): void {
    this.#droppedSignals += 1;
    this.#note(`signal ${name} dropped: ${why}`);
    this.#show(this);
  }

  /** `now`: a status changed or the call is over. `soon`: only a party changed. */
  get recordDue(): 'now' | 'soon' | 'never' {
    if (!this.#isBehind) return 'never';
    const waits = this.#unrecorded.every((event) => CAN_WAIT.includes(event.type));
    // Whoever hears of a stream looks for its call by the task.
    const isSoughtFor = this.#state.stream?.kind === 'starting';
    return waits && !isSoughtFor && !isOver(this.#state) ? 'soon' : 'now';
  }

  get #isBehind(): boolean {
    return this.#recordedVersion < this.#state.version || this.#unrecorded.length > 0;
  }

  unrecorded(): CallRecord {
    return { state: this.#state, events: [...this.#unrecorded] };
  }

  recorded({ state, events }: CallRecord): void {
    this.#recordedVersion = state.version;
    this.#unrecorded = this.#unrecorded.slice(events.length);
    this.changes += 1;
  }

  get isFinished(): boolean {
    return isSettled(this.#state) && !this.#isBehind;
  }

  carry(): Carried {
    return {
      timeline: this.#timeline,
      recordedVersion: this.#recordedVersion,
      unrecorded: this.#unrecorded,
      droppedSignals: this.#droppedSignals,
    };
  }

  result(): CallResult {
    const { status, cause = null, version } = this.#state;
    return { status, cause, version };
  }

  #assign(state: CallState, effects: readonly Effect[]): void {
    if (state === this.#state) return;
    this.#state = state;
    this.changes += 1;
    this.#tell(toldBy(effects));
    this.#show(this);
  }

  #tell(events: readonly OutwardEvent[]): void {
    this.#unrecorded = [...this.#unrecorded, ...events];
    for (const event of events) this.#note(describeEvent(event));
  }
}
