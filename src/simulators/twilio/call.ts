import type { Timers } from '../timers.js';
import type { Phone } from './settings.js';

export type Status =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

export interface CallRequest {
  readonly to: string;
  /** Whom the first call of this request rang; of that one `to` itself. */
  readonly caller: string;
  readonly from: string;
  readonly statusCallback: string;
  /** `initiated`, `ringing`, `answered`, `completed`. */
  readonly events: readonly string[];
  readonly ringMs: number;
  readonly limitMs: number;
  readonly parentSid?: string;
}

export interface CallParts {
  readonly sid: string;
  readonly request: CallRequest;
  readonly phone: Phone;
  readonly timers: Timers;
  readonly dialAfterMs: number;
  /** Told of each status, at the moment it is reached. */
  readonly changed: (call: Call) => void;
}

const OVER: readonly Status[] = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

/** One call to one phone. */
export class Call {
  readonly sid: string;
  readonly request: CallRequest;
  readonly createdAt = Date.now();
  readonly #parts: CallParts;
  #status: Status = 'queued';
  #rangAt: number | undefined;
  #answeredAt: number | undefined;
  #endedAt: number | undefined;

  constructor(parts: CallParts) {
    this.sid = parts.sid;
    this.request = parts.request;
    this.#parts = parts;
    parts.timers.after(parts.dialAfterMs, () => this.#ring());
  }

  get status(): Status {
    return this.#status;
  }
  get isOver(): boolean {
    return OVER.includes(this.#status);
  }
  get rangAt(): number | undefined {
    return this.#rangAt;
  }
  get answeredAt(): number | undefined {
    return this.#answeredAt;
  }
  get endedAt(): number | undefined {
    return this.#endedAt;
  }
  /** Of the conversation, in whole seconds. */
  get duration(): number {
    if (this.#answeredAt === undefined || this.#endedAt === undefined) return 0;
    return Math.round((this.#endedAt - this.#answeredAt) / 1_000);
  }

  /** What somebody does with the phone; whether it could be done. */
  answer(): boolean {
    if (this.#status !== 'ringing') return false;
    this.#answeredAt = Date.now();
    const { timers, phone, request } = this.#parts;
    if (phone.hangsUpAfterMs !== undefined) timers.after(phone.hangsUpAfterMs, () => this.hangUp());
    timers.after(request.limitMs, () => this.end('completed'));
    this.#become('in-progress');
    return true;
  }

  hangUp(): boolean {
    if (this.#status === 'ringing') return this.end('busy');
    return this.#status === 'in-progress' && this.end('completed');
  }

  /** Whether it was still there to be ended. */
  end(status: Status): boolean {
    if (this.isOver) return false;
    this.#endedAt = Date.now();
    this.#become(status);
    return true;
  }

  #ring(): void {
    if (this.#status !== 'queued') return;
    this.#rangAt = Date.now();
    const { timers, phone, request } = this.#parts;
    const { answersAfterMs, rejectsAfterMs } = phone;
    if (answersAfterMs !== undefined) timers.after(answersAfterMs, () => this.answer());
    if (rejectsAfterMs !== undefined) timers.after(rejectsAfterMs, () => this.hangUp());
    timers.after(request.ringMs, () => {
      if (this.#status === 'ringing') this.end('no-answer');
    });
    this.#become('ringing');
  }

  #become(status: Status): void {
    this.#status = status;
    this.#parts.changed(this);
  }

  /** For the ledger, also as it is sent over HTTP. */
  toJSON(): object {
    const { sid, request, createdAt, status, rangAt, answeredAt, endedAt } = this;
    return { sid, request, createdAt, status, rangAt, answeredAt, endedAt };
  }
}
