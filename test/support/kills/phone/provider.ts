import type { Fault } from '../../../../src/simulators/fault-rules.js';
import type { Story } from './plan.js';

/** What somebody does with a phone that rings. Nothing: it rings in vain. */
export interface Manners {
  readonly answersAfterMs?: number;
  /** Counted from the answer. */
  readonly hangsUpAfterMs?: number;
}

/** What goes wrong at the provider in one call. */
export interface PhoneFault {
  readonly name: string;
  /** The request, or the push, that it happens to. */
  readonly on: string;
  readonly kind: string;
  /** In the words of the simulator, in the order in which they happen. */
  readonly rules: readonly Fault[];
  /** One request to place a call is carried out twice. */
  readonly isTwice?: true;
  /** What is repeated rings the first phone once more, and never the second. */
  readonly ringsAgain?: true;
  /** A call is placed, and no answer says so. */
  readonly isLost?: true;
  /** Only what the provider asks before it dials can keep a second phone from ringing. */
  readonly needsQuestion?: true;
}

/** From when to when a phone rang, or was talked on. */
export interface RungLeg {
  readonly rangAt: number;
  readonly answeredAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** What was said of a call to us. */
export interface Pushed {
  /** Whether it is the question that comes before somebody is dialled. */
  readonly asks: boolean;
  /** Missing: nobody answered. */
  readonly status?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly tookMs: number;
}

/** A call as the ledger of the provider tells it. Numbers are E.164. */
export interface RungCall {
  readonly caller: string;
  /** Theirs. */
  readonly id: string;
  /** Ours: a request that is repeated on its way has the same one. */
  readonly token: string;
  readonly legs: readonly RungLeg[];
  readonly pushes: readonly Pushed[];
  readonly talkingAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** A fault that was ordered, and how often it happened. */
export interface Ordered {
  readonly fault: PhoneFault;
  readonly fired: number;
}

/** A simulated provider that outlives the product. */
export interface StandIn {
  /** What the product has to be told to use it. */
  settings(apiUrl: string): Readonly<Record<string, string>>;
  /** Where it reaches the product. */
  pushTo(apiUrl: string): void;
  /** What somebody does with this phone from now on. */
  script(number: string, manners: Manners): void;
  /** Goes wrong in calls of this user. */
  order(fault: PhoneFault, userId: string): void;
  /** Nothing is pushed of calls of this user any more. */
  silence(userId: string): void;
  /** So long passes before a cancel of this user's call is carried out. */
  delayCancel(userId: string, ms: number): void;
  /** Somebody takes up the second phone of this user's call now. */
  answer(userId: string): void;
  calls(): readonly RungCall[];
  /** How often each fault has happened that was ordered for a script. */
  ordered(): readonly Ordered[];
  stop(): Promise<void>;
}

/** All that a provider of phone calls has of its own in this test. */
export interface PhoneProvider {
  readonly name: string;
  /** Ways to run it, each beside a product of its own. */
  readonly ways: readonly string[];
  readonly faults: readonly PhoneFault[];
  readonly pushes: readonly string[];
  /** Requests, pushes and steps that do not come about in every story, and those in which they surely do. */
  readonly comesAboutIn: Readonly<Record<string, readonly Story[]>>;
  /** What is done for a phone call and not with this provider, or not to be killed at, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Of this user, in E.164. */
  numberOf(userId: string): string;
  /** Name of the account with which calls of this user are placed. */
  accountOf(userId: string): string;
  open(way: string): Promise<StandIn>;
}
