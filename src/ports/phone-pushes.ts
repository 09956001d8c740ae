import type { ProviderReport } from '../call/events.js';

/**
 * `auth` is a question: the provider dials only where it is allowed. `stage`: a call is on its way.
 */
export type PhonePushKind = 'auth' | 'stage' | 'established' | 'hangup' | 'cdr';

/** What a provider said unasked, in our words; it carries no phone number. */
export interface PhonePush {
  readonly kind: PhonePushKind;
  /** Ours, of the call it belongs to, where the provider repeats it. */
  readonly token?: string;
  readonly providerCallId: string;
  readonly reports: readonly ProviderReport[];
}

export interface RawPush {
  /** The last part but one of its path, and the last. */
  readonly key: string;
  readonly name: string;
  /** Path and query as they came. */
  readonly target: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Acknowledgement {
  readonly contentType: string;
  readonly body: string;
}

export interface ReadPush {
  readonly push: PhonePush;
  /** In the provider's exact words. `allow` is heard only where dialling was asked about. */
  acknowledge(allow: boolean): Acknowledgement;
  /** Has the same asked again in a moment, where the provider can be told to, and not for ever. */
  readonly askAgain?: Acknowledgement;
}

/** Reads, verifies and answers what a telephony provider pushes. Nothing is thrown. */
export interface PhonePushes {
  /** Pushes come to `/webhooks/<provider>/<key>/<name>`. */
  readonly provider: string;
  /** Whether the provider said this, by its secret path or its signature. */
  admits(push: RawPush): boolean;
  /** `undefined` for what is no push of this provider. */
  read(push: RawPush): ReadPush | undefined;
}
