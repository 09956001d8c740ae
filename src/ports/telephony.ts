import type { PhoneStage } from '../call/phone-stages.js';
import type { EndCause } from '../call/state.js';

/** Whose credentials a call is placed and cancelled with. The token is a secret. */
export interface SubAccount {
  readonly sid: string;
  readonly token: string;
}

/** What a provider is asked to do. Numbers are E.164 and must enter no workflow, record or log. */
export interface Dial {
  readonly account: SubAccount;
  /** Rung first. */
  readonly caller: string;
  readonly callee: string;
  /** The number that both see in place of each other's. */
  readonly shown?: string;
  /** Ours, made before anything was sent: the provider repeats it in all it says of the call. */
  readonly token: string;
  /** After which the provider itself ends the conversation. */
  readonly maxSeconds: number;
}

/** What the provider said, or why nothing was heard of it. Nothing in it is secret, nor a number. */
export interface PhoneEvidence {
  readonly code?: string;
  readonly httpStatus?: number;
  /** `not-sent`: no connection came about. `unreadable`: an answer without the expected members. */
  readonly fault?: 'not-sent' | 'timeout' | 'connection' | 'http-status' | 'unreadable';
}

/**
 * `numbers`: what was asked for. `account`: nothing works until an operator acts. `throttled` and
 * `not_sent`: the same may pass later.
 */
export type PhoneRefusal = 'numbers' | 'account' | 'throttled' | 'not_sent';

interface Refused {
  readonly kind: 'refused';
  readonly reason: PhoneRefusal;
  readonly evidence: PhoneEvidence;
}

interface Unknown {
  readonly kind: 'unknown';
  readonly evidence: PhoneEvidence;
}

export type DialOutcome =
  | { readonly kind: 'accepted'; readonly providerCallId: string }
  /** Nobody's phone rings for it. */
  | Refused
  /** Phones may ring: never dialled again. */
  | Unknown;

export const CANCEL_GUARDS = ['always', 'before_callee_answers', 'before_caller_answers'] as const;
export type CancelGuard = (typeof CANCEL_GUARDS)[number];

export interface Cancel {
  readonly account: SubAccount;
  readonly providerCallId: string;
  readonly guard: CancelGuard;
}

export type CancelOutcome =
  | { readonly kind: 'cancelled' }
  /** Understood and not done: the guard does not hold, or there is no such call (any more). */
  | { readonly kind: 'declined'; readonly evidence: PhoneEvidence }
  /** To be asked again. */
  | Unknown;

/** Times are milliseconds since the epoch. */
export interface PhoneEnd {
  readonly cause: EndCause;
  readonly by?: 'caller' | 'callee';
  readonly acceptedAt?: number;
  readonly at?: number;
  readonly evidence: string;
}

export type QueryOutcome =
  | { readonly kind: 'live'; readonly stage: PhoneStage }
  /** How it ended, where the provider says so when it is asked. */
  | { readonly kind: 'over'; readonly end?: PhoneEnd }
  /** The provider answered in a word, or a code, that nobody has explained: no proof of anything. */
  | { readonly kind: 'unspecified'; readonly word: string }
  /** Understood, and it says nothing of such a call. */
  | { readonly kind: 'declined'; readonly evidence: PhoneEvidence }
  | Unknown;

export type SubAccountOutcome =
  | { readonly kind: 'account'; readonly account: SubAccount }
  | Refused
  | Unknown;

/**
 * Two-way callbacks: the provider rings one phone, then the other, and joins them. Every answer comes
 * within a bound; nothing is thrown. All but `place` may be repeated at will.
 */
export interface Telephony {
  /** Guards that the provider itself keeps, atomically with the answer of a phone. */
  readonly guards: readonly CancelGuard[];
  /** Whether `query` can prove how far a call is: then it is worth asking again and again. */
  readonly saysStages: boolean;
  /** Whether each user has a sub-account of their own; where not, one account is that of all. */
  readonly hasSubAccounts: boolean;
  place(dial: Dial): Promise<DialOutcome>;
  cancel(cancel: Cancel): Promise<CancelOutcome>;
  query(providerCallId: string): Promise<QueryOutcome>;
  /** The account of this name, created if there is none: once, however often it is asked. */
  subAccount(name: string): Promise<SubAccountOutcome>;
}
