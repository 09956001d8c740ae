import type { PartyFact } from './party-facts.js';
import type { PhoneStage } from './phone-stages.js';
import type { CalleeResult, DeadlineKind, EndCause, EndedWord, Enrichment } from './state.js';

interface ByTerminal {
  readonly userId: string;
  readonly terminalId: string;
}
interface WithReason {
  readonly reason?: string;
}

/** A user's or operator's wish: it can be refused. */
export type Command =
  | ({ readonly type: 'accept' } & ByTerminal)
  | ({ readonly type: 'reject' } & ByTerminal & WithReason)
  | ({ readonly type: 'cancel' } & ByTerminal & WithReason)
  | ({ readonly type: 'hangup' } & ByTerminal & WithReason)
  | ({ readonly type: 'rtc-token'; readonly takeover: boolean } & ByTerminal)
  | ({
      readonly type: 'end';
      readonly by: string;
      readonly cause: 'ops_ended' | 'superseded' | 'unreachable';
    } & WithReason);

/** What a device says of itself: never refused for the call's state, at most ignored. */
export interface MediaReport extends ByTerminal {
  readonly type: 'media-state';
  /** `ringing`, `joined` and `left` move the call; any other stage is only remembered. */
  readonly stage: string;
  readonly quality?: string;
}

export const STREAM_NEWS = ['starting', 'playing', 'start-failed', 'ended', 'stopped'] as const;
/** What has become of a stream; `stopped`: nobody needs it any more. */
export type StreamNews = (typeof STREAM_NEWS)[number];

/** A provider's fact in our words: late, doubled, out of order or skipping steps, never refused. */
export type ProviderReport =
  | {
      readonly type: 'placed';
      readonly providerCallId: string;
      readonly results?: readonly CalleeResult[];
    }
  /** The provider would not place the call: nobody rings. */
  | {
      readonly type: 'refused';
      readonly code: number;
      readonly info: string;
      /** Ours, where its code alone would not tell whose fault it is. */
      readonly reason?: string;
    }
  /** Whether the call was placed cannot be known yet. */
  | { readonly type: 'placing-unknown'; readonly evidence: string; readonly askedAt?: number }
  /** The provider was asked, and knows nothing else than what is known here. */
  | { readonly type: 'as-known'; readonly evidence?: string }
  /** What the provider says unasked, at a time of its own: it is asked before anything comes of it. */
  | {
      readonly type: 'hint';
      readonly at: number;
      readonly parties: readonly { readonly userId: string; readonly fact: PartyFact }[];
      readonly ended?: EndedWord;
      /** It is about the stream. */
      readonly media?: true;
    }
  /** Who is in the room by the room's own word; nobody named: everybody is out. */
  | {
      readonly type: 'room';
      readonly event: 'entered' | 'exited' | 'dismissed';
      readonly userId?: string;
      readonly at: number;
    }
  /** The provider has a call that can only be the one it was asked to place. */
  | { readonly type: 'found'; readonly providerCallId: string }
  /** The provider no longer knows a call that it had placed. */
  | { readonly type: 'forgotten' }
  | {
      readonly type: 'party';
      readonly userId: string;
      readonly fact: PartyFact;
      readonly at?: number;
      readonly reason?: string;
    }
  /** A two-way callback has come this far: it skips ahead, and never goes back. */
  | { readonly type: 'stage'; readonly stage: PhoneStage; readonly at?: number }
  | { readonly type: 'bridged'; readonly at?: number }
  /** The provider would not carry out a guarded cancel: the conversation goes on. */
  | { readonly type: 'guard-refused' }
  | {
      readonly type: 'over';
      readonly cause: EndCause;
      /** Who hung up, where the provider says so. */
      readonly by?: 'caller' | 'callee';
      readonly acceptedAt?: number;
      readonly at?: number;
      readonly reason?: string;
      readonly evidence?: string;
    }
  | {
      readonly type: 'stream';
      readonly now: StreamNews;
      /** Of `starting` what its provider calls it; of `playing` which one is meant, if that is not sure. */
      readonly taskId?: string;
      readonly evidence?: string;
    }
  | ({ readonly type: 'enriched' } & Enrichment);

/** What came of placing; `claimed`: whoever asked for the call is told of it by somebody else. */
export type PlacingReport = ProviderReport & { readonly claimed?: true };

/** Raised by a timer; a no-op unless exactly this deadline is still the call's next one. */
export interface Deadline {
  readonly type: 'deadline';
  readonly kind: DeadlineKind;
  readonly at: number;
}

/** Whoever asked for the call was told what came of placing it. */
export interface Claimed {
  readonly type: 'claimed';
}

/** Whoever asked for the call was told to ask again: nothing is known yet. */
export interface PutOff {
  readonly type: 'put-off';
}

export type CallEvent = Command | MediaReport | ProviderReport | Deadline | Claimed | PutOff;

/** Why a command is refused: the documented code of the call-control API. */
export const REFUSAL = {
  notCallee: 41004,
  notCaller: 41005,
  answeredElsewhere: 41006,
  over: 41007,
  notAllowed: 41008,
  notParty: 41010,
} as const;
export type RefusalCode = (typeof REFUSAL)[keyof typeof REFUSAL];
