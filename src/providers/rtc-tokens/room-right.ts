const STRING_ROOM = 1;
const ALL_PRIVILEGES = 255;

export interface RoomRight {
  readonly userId: string;
  readonly sdkAppId: number;
  /** A string room: TRTC keeps "123" apart from the numeric room 123. */
  readonly room: string;
  /** Seconds since the epoch, not a duration as in the UserSig around it. */
  readonly expiresAt: number;
}

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const sized = (text: string) => {
  const bytes = Buffer.from(text, 'ascii');
  const size = Buffer.alloc(2);
  size.writeUInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
};

/** The userbuf that makes a UserSig a PrivateMapKey with every privilege in one room, as base64. */
export function roomRightUserbuf(right: RoomRight): string {
  const numericRoom = u32(0);
  const accountType = u32(0);
  return Buffer.concat([
    Buffer.of(STRING_ROOM),
    sized(right.userId),
    u32(right.sdkAppId),
    numericRoom,
    u32(right.expiresAt),
    u32(ALL_PRIVILEGES),
    accountType,
    sized(right.room),
  ]).toString('base64');
}
