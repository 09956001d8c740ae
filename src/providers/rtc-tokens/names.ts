const USER_ID = /^[a-zA-Z0-9_-]{1,32}$/;
/** Printable ASCII without the quotes, the backslash and others that TRTC leaves out. */
const ROOM = /^[a-zA-Z0-9 !#$%&()+\-:;<=.>?@[\]^_{}|~,]{1,64}$/;

/** A name that TRTC would refuse. It is not repeated in the message: it may be personal. */
export class UnusableRtcName extends Error {
  override readonly name = 'UnusableRtcName';
}

/** @throws UnusableRtcName */
export function requireRtcUserId(userId: string): void {
  if (USER_ID.test(userId)) return;
  throw new UnusableRtcName(
    'an RTC user id has 1 to 32 letters, digits, hyphens or underscores; this one does not',
  );
}

/** @throws UnusableRtcName */
export function requireRtcRoom(room: string): void {
  if (ROOM.test(room)) return;
  throw new UnusableRtcName(
    'an RTC room has 1 to 64 characters out of those that TRTC allows; this one does not',
  );
}
