import type { ReceivedCallback } from '../contract/robot-hint.js';

/** Reads what a provider sends unasked. */
export interface CallbackReader {
  /** Whether `offered`, the end of the path, is the secret that only the provider was told. */
  knows(offered: string): boolean;
  /** `undefined` for what is not about our application, or cannot be read at all. */
  read(query: string, body: string): ReceivedCallback | undefined;
}

/** Takes a callback for good: once this says `taken`, no crash loses it. Never throws. */
export interface CallbackInbox {
  handOff(callback: ReceivedCallback): Promise<'taken' | 'away'>;
}
