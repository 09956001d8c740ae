import type { ProviderReport } from '../call/events.js';

/** `auth` is a question: the provider dials only where it is allowed. */
export type PhonePushKind = 'auth' | 'established' | 'hangup' | 'cdr';

/** What a provider said unasked, in our words; it carries no phone number. */
export interface PhonePush {
  readonly kind: PhonePushKind;
  /** Ours, of the call it belongs to, where the provider repeats it. */
  readonly token?: string;
  readonly providerCallId: string;
  readonly reports: readonly ProviderReport[];
  /** The form in which it came, and in which it is answered. */
  readonly format: 'xml' | 'json';
}

export interface RawPush {
  /** The last part of its path. */
  readonly name: string;
  readonly body: string;
}

export interface Acknowledgement {
  readonly contentType: string;
  readonly body: string;
}

/** Reads, verifies and answers what a telephony provider pushes. Nothing is thrown. */
export interface PhonePushes {
  /** Whether this is the secret end of the path that only the provider was told. */
  admits(secret: string): boolean;
  /** `undefined` for what is no push of this provider. */
  read(push: RawPush): PhonePush | undefined;
  /** In the provider's exact words. `allow` is heard only where dialling was asked about. */
  acknowledge(push: PhonePush, allow: boolean): Acknowledgement;
}
