import type { Channel } from './state.js';

/** All that differs between channels in how a call is decided. */
export interface ChannelPolicy {
  /** Whether accept, reject and media-state are commands of ours, or only a provider's reports. */
  readonly answeredByCommand: boolean;
  /** `word`: our decision ends the call at once. `confirmation`: the provider has to confirm it. */
  readonly endsBy: 'word' | 'confirmation';
  /** Whether a call can be ended there on condition that nobody has answered. */
  readonly guardsItsEnd: boolean;
  /** Who may hang up: any party, or only the caller, whose hangup ends the whole call. */
  readonly hangup: 'any_party' | 'caller';
  /** How much later than the provider's own our ring deadline is: the provider's word comes first. */
  readonly ringGraceMs: number;
  /** The same of the longest conversation, where the provider keeps that time, too. */
  readonly durationGraceMs: number;
  /** Whether an answer joins both sides at once, so that the conversation begins with it. */
  readonly bridges: boolean;
}

export const CHANNEL_POLICIES: Readonly<Record<Channel, ChannelPolicy>> = {
  rtc: {
    answeredByCommand: true,
    endsBy: 'word',
    guardsItsEnd: false,
    hangup: 'any_party',
    ringGraceMs: 0,
    durationGraceMs: 0,
    bridges: false,
  },
  robot: {
    answeredByCommand: false,
    endsBy: 'confirmation',
    guardsItsEnd: false,
    hangup: 'caller',
    ringGraceMs: 10_000,
    durationGraceMs: 0,
    bridges: false,
  },
  phone: {
    answeredByCommand: false,
    endsBy: 'confirmation',
    guardsItsEnd: true,
    hangup: 'any_party',
    ringGraceMs: 10_000,
    durationGraceMs: 30_000,
    bridges: true,
  },
};
