import type { ProviderReport } from '../call/events.js';

/** What was said of a room, or of a stream that is played into one. */
export type RoomNews =
  /** Of the call that is held in this room, if it is one of ours. */
  | { readonly about: 'room'; readonly room: string; readonly report: ProviderReport }
  /** Of the call that has this stream. */
  | { readonly about: 'stream'; readonly taskId: string; readonly report: ProviderReport }
  /** Nothing that a call would want to know. */
  | { readonly about: 'nothing' };

/** Reads and verifies what TRTC sends of its own accord. */
export interface RoomCallbackReader {
  /** `forged`: not signed with our key, or of another application. `undefined`: it cannot be read. */
  read(
    headers: { readonly sign: string | undefined; readonly sdkAppId: string | undefined },
    body: Buffer,
  ): RoomNews | 'forged' | undefined;
}

/** Takes a report for a call for good; a call that is over has nothing to hear. Never throws. */
export interface CallMailbox {
  report(callId: number, report: ProviderReport): Promise<'taken' | 'away'>;
}
