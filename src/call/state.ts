import type { PartyFact } from './party-facts.js';
import type { PhoneStage } from './phone-stages.js';

/** The call as data. Times are milliseconds since the epoch, user ids decimal or provider strings. */

export const CALL_STATUSES = [
  'calling',
  'accepted',
  'ongoing',
  'rejected',
  'cancelled',
  'ended',
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

const IS_OVER: Readonly<Record<CallStatus, boolean>> = {
  calling: false,
  accepted: false,
  ongoing: false,
  rejected: true,
  cancelled: true,
  ended: true,
};
export const LIVE_STATUSES: readonly CallStatus[] = CALL_STATUSES.filter((each) => !IS_OVER[each]);

export const CHANNELS = ['rtc', 'robot', 'phone'] as const;
export type Channel = (typeof CHANNELS)[number];

export const END_CAUSES = [
  'rejected',
  'cancelled',
  'no_answer',
  'busy',
  'hangup',
  'media_timeout',
  'all_left',
  'max_duration',
  'unreachable',
  'provider_failed',
  'provider_lost',
  'dial_unknown',
  'superseded',
  'ops_ended',
] as const;
export type EndCause = (typeof END_CAUSES)[number];

/**
 * `missed`: the call ended while this party's terminals still rang.
 * `no_answer`: this party's own ring ran out.
 * `unknown`: somebody of the group answered, and nobody can say whether this party did.
 */
export type PartyState =
  | 'ringing'
  | 'present'
  | 'left'
  | 'rejected'
  | 'busy'
  | 'unreachable'
  | 'no_answer'
  | 'missed'
  | 'unknown';

/** Whether a party in this state is in the call, or being called: it holds a line, and an end ends it. */
const IS_IN_CALL: Readonly<Record<PartyState, boolean>> = {
  ringing: true,
  present: true,
  left: false,
  rejected: false,
  busy: false,
  unreachable: false,
  no_answer: false,
  missed: false,
  unknown: false,
};
export const isInCall = (party: Party): boolean => IS_IN_CALL[party.state];

/** What one terminal last reported; `qualityAt` is when a quality last entered the state. */
export interface TerminalMedia {
  readonly stage: string;
  readonly at: number;
  readonly quality?: string;
  readonly qualityAt?: number;
}

export interface Party {
  readonly userId: string;
  readonly role: 'caller' | 'callee';
  readonly state: PartyState;
  /** The terminal this party speaks on: the caller's creating one, a callee's winning one. */
  readonly terminalId?: string;
  readonly addedBy?: 'provider';
  readonly ringingAt?: number;
  readonly acceptedAt?: number;
  readonly joinedAt?: number;
  readonly leftAt?: number;
  readonly reason?: string;
  readonly media?: Readonly<Record<string, TerminalMedia>>;
}

/** What is being rung now: every callee at once, until this time. */
export interface Ring {
  readonly timeoutMs: number;
  readonly until: number;
}

export interface Limits {
  readonly maxDurationMs: number;
  readonly allLeftGraceMs: number;
  /** Time allowed between acceptance and the first join; absent means no such deadline. */
  readonly connectMs?: number;
}

export type Wish = 'cancel' | 'hangup' | 'deadline' | 'operator';

/** A wish to end that waits for the provider's word (robot, phone). */
export interface Ending {
  readonly wish: Wish;
  readonly by: string;
  readonly at: number;
  readonly cause: EndCause;
  readonly reason?: string;
}

export const DEADLINE_KINDS = [
  'ring',
  'connect',
  'all_left',
  'max_duration',
  'claim',
  'reconcile',
  'backstop',
] as const;
export type DeadlineKind = (typeof DEADLINE_KINDS)[number];

/**
 * What came of asking a provider to place the call. `asking` is the intent, durable before the
 * request leaves; `unknown` means that phones may ring although nobody said so.
 */
export type Placing =
  /** `found`: the provider's own word of the call came before its answer. */
  | { readonly kind: 'asking'; readonly found?: string }
  | { readonly kind: 'placed'; readonly results?: readonly CalleeResult[] }
  | {
      readonly kind: 'refused';
      readonly code: number;
      readonly info: string;
      readonly reason?: string;
    }
  /** `askedAt`: when the request may have left. */
  | { readonly kind: 'unknown'; readonly evidence: string; readonly askedAt?: number };

/** The provider's own code for one callee; 0 is success. */
export interface CalleeResult {
  readonly userId: string;
  readonly code: number;
}

/** How a call ended, by the provider's unasked word. Times are milliseconds since the epoch. */
export interface EndedWord {
  readonly cause: EndCause;
  readonly acceptedAt?: number;
  readonly at?: number;
  readonly evidence?: string;
}

/** What the provider said unasked. By itself it moves nothing: the provider is asked first. */
export interface Heard {
  /** Of what was news: whoever follows the call looks again when it grows. */
  readonly count: number;
  /** The latest word on each user, by the provider's own time. */
  readonly words: Readonly<Record<string, { readonly fact: PartyFact; readonly at: number }>>;
  readonly ended?: EndedWord;
  /** When the provider last said something of the stream, by its own time. */
  readonly mediaAt?: number;
}

/** Facts that may arrive after the end: they enrich a call and never change how it ended. */
export interface Enrichment {
  readonly durationMs?: number;
  readonly recordingUrl?: string;
  readonly billedMs?: number;
  /** The provider's own word for how the call ended. */
  readonly endWord?: string;
  readonly callerLeg?: LegTimes;
  readonly calleeLeg?: LegTimes;
}

/** Of one phone in a two-way callback. */
export interface LegTimes {
  readonly rangAt?: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
}

export interface Room {
  readonly appId: string;
  readonly name: string;
  /** The numeric room 123 and the text room "123" are two rooms; absent where nobody said which. */
  readonly kind?: 'numeric' | 'text';
  /** Whether the name was made by us: only then is the room ours to dismiss. */
  readonly isOurs?: boolean;
  /** Somebody can be asked to play streams in it, and to show users out. */
  readonly clears?: true;
}

export const STREAM_KINDS = ['waiting', 'starting', 'playing', 'ended', 'failed'] as const;

/** The stream that is played into the room once somebody has answered. */
export interface Stream {
  /** Who it is in the room. */
  readonly userId: string;
  /** Whether the call ends when it does. */
  readonly endsCall?: true;
  /** `failed`: given up. `ended`: it was played, or stopped. */
  readonly kind: (typeof STREAM_KINDS)[number];
  /** The provider's name for what plays it. */
  readonly taskId?: string;
  /** Starts in a row that came to nothing. */
  readonly failures: number;
}

export interface CallState {
  readonly callId: number;
  readonly channel: Channel;
  readonly callType: 'audio' | 'video';
  readonly bizType: 'single' | 'group';
  readonly conversationId?: string;
  readonly room?: Room;
  /** Absent where no provider is asked (rtc). */
  readonly placing?: Placing;
  readonly providerCallId?: string;
  /** Ours, which a telephony provider repeats in all it says of the call. */
  readonly token?: string;
  /** How far a two-way callback has come, until it is bridged. */
  readonly stage?: PhoneStage;
  /** The provider would not end it as unanswered: somebody speaks, or it is long over. */
  readonly rungOut?: true;
  /**
   * Until then whoever asked for the call has to be told of it, or it is ended again. It stays in a
   * call that is over before anybody was told: the same request is still about this one.
   */
  readonly claimBy?: number;
  /** The provider no longer knows the call; its record of the end is awaited. */
  readonly forgotten?: true;
  /** Over by an operator's word alone: until its provider confirms it, a phone may still ring there. */
  readonly unreleased?: true;
  readonly heard?: Heard;
  readonly stream?: Stream;
  /** Count of observable changes, from 1. */
  readonly version: number;
  readonly status: CallStatus;
  readonly parties: readonly Party[];
  readonly ring: Ring;
  readonly limits: Limits;
  readonly createdAt: number;
  /** The latest time this call has seen; a provider's time is never taken as earlier. */
  readonly touchedAt: number;
  readonly acceptedAt?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly cause?: EndCause;
  readonly reason?: string;
  readonly endedBy?: string;
  readonly ending?: Ending;
  /** The deadline about which the provider was asked: it ends nothing before that is answered. */
  readonly asked?: {
    readonly kind: DeadlineKind;
    readonly at: number;
    readonly answered?: true;
  };
  /** Deadlines that were found overdue because we were away, and the time of their one more period. */
  readonly rearmed?: Readonly<Partial<Record<DeadlineKind, number>>>;
  /** The provider's own words and raw times about the end. */
  readonly evidence?: string;
  readonly enrichment?: Enrichment;
}

export const isOver = (state: CallState): boolean => IS_OVER[state.status];

export const partyOf = (state: CallState, userId: string): Party | undefined =>
  state.parties.find((party) => party.userId === userId);

export const callerOf = (state: CallState): Party => {
  const caller = state.parties.find((party) => party.role === 'caller');
  if (caller === undefined) throw new Error(`call ${state.callId} has no caller`);
  return caller;
};

export const partiesIn = (state: CallState, ...wanted: PartyState[]): Party[] =>
  state.parties.filter((party) => wanted.includes(party.state));
