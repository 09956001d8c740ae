import type { Timers } from '../timers.js';
import type { Phone } from './phones.js';

export type Side = 'caller' | 'callee';
export type Stage = 'requested' | 'callerRings' | 'callerUp' | 'calleeRings' | 'talking' | 'over';

export interface CallRequest {
  readonly subAccountSid: string;
  readonly from: string;
  readonly to: string;
  readonly userData: string;
  readonly maxSeconds: number;
  readonly cdrUrl: string | undefined;
  /** As it came, for the ledger. */
  readonly body: object;
}

export interface Leg {
  readonly side: Side;
  readonly number: string;
  readonly rangAt: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
}

export interface CallWatcher {
  /** Whether it may be dialled. */
  mayDial(call: Call): Promise<boolean>;
  talking(call: Call): void;
  ended(call: Call): void;
}

export interface CallParts {
  readonly callSid: string;
  readonly request: CallRequest;
  readonly phoneOf: (number: string) => Phone;
  readonly timers: Timers;
  readonly dialAfterMs: number;
  readonly ringMs: number;
  readonly watcher: CallWatcher;
}

const NUMBERS = { caller: 'from', callee: 'to' } as const;

/** The `byetype` of a phone that is hung up, by who does so and when. */
const WORDS: Readonly<Record<Side, Partial<Record<Stage, string>>>> = {
  caller: { callerRings: '-10', callerUp: '-3', calleeRings: '-3', talking: '3' },
  callee: { calleeRings: '-9', talking: '4' },
};

/** One two-way callback: it asks whether it may, rings the caller, rings the callee, joins them. */
export class Call {
  readonly callSid: string;
  readonly request: CallRequest;
  readonly createdAt = Date.now();
  readonly #parts: CallParts;
  #stage: Stage = 'requested';
  /** A leg is there from the moment a phone rings. */
  #legs: readonly Leg[] = [];
  #talkingAt: number | undefined;
  #over: { readonly at: number; readonly byetype: string } | undefined;

  constructor(parts: CallParts) {
    this.callSid = parts.callSid;
    this.request = parts.request;
    this.#parts = parts;
    parts.timers.after(parts.dialAfterMs, () => void this.#dial());
  }

  get stage(): Stage {
    return this.#stage;
  }
  get legs(): readonly Leg[] {
    return this.#legs;
  }
  get talkingAt(): number | undefined {
    return this.#talkingAt;
  }
  get endedAt(): number | undefined {
    return this.#over?.at;
  }
  get byetype(): string | undefined {
    return this.#over?.byetype;
  }

  /** What somebody does with a phone; whether it could be done. */
  answer(side: Side): boolean {
    if (this.#stage !== (side === 'caller' ? 'callerRings' : 'calleeRings')) return false;
    this.#legs = this.#legs.map((leg) =>
      leg.side === side ? { ...leg, answeredAt: Date.now() } : leg,
    );
    const { hangsUpAfterMs } = this.#phone(side);
    if (hangsUpAfterMs !== undefined) {
      this.#parts.timers.after(hangsUpAfterMs, () => this.hangUp(side));
    }
    if (side === 'callee') {
      this.#talk();
      return true;
    }
    this.#stage = 'callerUp';
    this.#ring('callee');
    return true;
  }

  hangUp(side: Side): boolean {
    const word = WORDS[side][this.#stage];
    if (word === undefined) return false;
    this.#end(word);
    return true;
  }

  /** `0`: at any time, `1`: before the callee answers, `2`: before the caller does. */
  cancel(type: string): 'cancelled' | 'guarded' | 'over' {
    if (this.#over !== undefined) return 'over';
    const isTalking = this.#stage === 'talking';
    const callerIsUp = isTalking || this.#stage === 'callerUp' || this.#stage === 'calleeRings';
    if ((type === '2' && callerIsUp) || (type === '1' && isTalking)) return 'guarded';
    this.#end(isTalking ? '1' : '-14');
    return 'cancelled';
  }

  #phone(side: Side): Phone {
    return this.#parts.phoneOf(this.request[NUMBERS[side]]);
  }

  async #dial(): Promise<void> {
    if (this.#over !== undefined) return;
    if (await this.#parts.watcher.mayDial(this)) this.#ring('caller');
    else this.#end('-7');
  }

  #ring(side: Side): void {
    if (this.#over !== undefined) return;
    const ringing: Stage = side === 'caller' ? 'callerRings' : 'calleeRings';
    this.#stage = ringing;
    const number = this.request[NUMBERS[side]];
    this.#legs = [...this.#legs, { side, number, rangAt: Date.now() }];
    const { drops, answersAfterMs, rejectsAfterMs } = this.#phone(side);
    if (drops) return this.#end(side === 'caller' ? '-4' : '-5');
    const { timers, ringMs } = this.#parts;
    if (answersAfterMs !== undefined) timers.after(answersAfterMs, () => this.answer(side));
    if (rejectsAfterMs !== undefined) timers.after(rejectsAfterMs, () => this.hangUp(side));
    timers.after(ringMs, () => {
      if (this.#stage === ringing) this.#end(side === 'caller' ? '-10' : '-2');
    });
  }

  #talk(): void {
    this.#stage = 'talking';
    this.#talkingAt = Date.now();
    this.#parts.timers.after(this.request.maxSeconds * 1_000, () => this.#end('2'));
    this.#parts.watcher.talking(this);
  }

  #end(byetype: string): void {
    if (this.#over !== undefined) return;
    const at = Date.now();
    this.#over = { at, byetype };
    this.#stage = 'over';
    this.#legs = this.#legs.map((leg) => ({ ...leg, endedAt: leg.endedAt ?? at }));
    this.#parts.watcher.ended(this);
  }

  /** For the ledger, also as it is sent over HTTP. */
  toJSON(): object {
    const { callSid, request, createdAt, stage, legs, talkingAt, endedAt, byetype } = this;
    return { callSid, request, createdAt, stage, legs, talkingAt, endedAt, byetype };
  }
}
