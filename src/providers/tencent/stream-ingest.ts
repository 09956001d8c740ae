import type { RobotRoom, StreamPlan } from '../../contract/robot-plan.js';
import type { Fault } from './rooms.js';

/** Absent where nobody can be asked to play streams. */
export interface StreamSettings {
  /**
   * Whether it was said which number a numeric room has: a guess would play into a stranger's room,
   * the text room of that name.
   */
  readonly knowsNumericRooms: boolean;
}

interface Setting {
  readonly room: RobotRoom;
  readonly robot: string;
  readonly callees: readonly string[];
}

export type StreamReading =
  | { readonly kind: 'valid'; readonly stream: StreamPlan }
  | ({ readonly kind: 'invalid' } & Fault);

const MAX_URL = 1_024;
const MAX_ACCOUNT_BYTES = 32;

const isUrl = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= MAX_URL &&
  /^(https?|rtmp):\/\//i.test(value) &&
  URL.canParse(value);

const isWhole = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && Number(value) >= min && Number(value) <= max;

const invalid = (member: string, message: string): StreamReading => ({
  kind: 'invalid',
  field: member === '' ? 'StreamIngest' : `StreamIngest.${member}`,
  message,
});

function roomFault({ id, kind }: RobotRoom, settings: StreamSettings): StreamReading | undefined {
  if (!/^\d+$/.test(id)) return undefined;
  if (kind === undefined) return invalid('', 'needs CallInfo.RoomIdType for a room of digits');
  if (settings.knowsNumericRooms) return undefined;
  return invalid('', 'needs TRTC_INGEST_ROOM_ID_TYPE for a room of digits');
}

function memberFault(value: Readonly<Record<string, unknown>>, setting: Setting) {
  const { StreamUrl, EndCallWhenFinished: ends, UserId, RepeatNum, Volume, SeekSecond } = value;
  if (!isUrl(StreamUrl)) return invalid('StreamUrl', 'must be an http, https or rtmp URL');
  if (ends !== undefined && typeof ends !== 'boolean') {
    return invalid('EndCallWhenFinished', 'must be true or false');
  }
  if (UserId !== undefined && !isUser(UserId))
    return invalid('UserId', 'must be a user id of TRTC');
  if (setting.callees.includes(String(UserId))) return invalid('UserId', 'must not be a callee');
  if (RepeatNum !== undefined && (RepeatNum === 0 || !isWhole(RepeatNum, -1, 1_000))) {
    return invalid('RepeatNum', 'must be -1 or a whole number from 1 to 1000');
  }
  if (Volume !== undefined && !isWhole(Volume, 0, 200)) {
    return invalid('Volume', 'must be a whole number from 0 to 200');
  }
  if (SeekSecond !== undefined && !isWhole(SeekSecond, 0, Number.MAX_SAFE_INTEGER)) {
    return invalid('SeekSecond', 'must be a whole number');
  }
  return undefined;
}

const isUser = (value: unknown): boolean =>
  typeof value === 'string' && /^[\w-]+$/.test(value) && value.length <= MAX_ACCOUNT_BYTES;

/** Reads our own member of `start_call_by_robot`. Names the first mistake. */
export function readStreamIngest(
  value: unknown,
  setting: Setting,
  settings: StreamSettings | undefined,
): StreamReading {
  if (settings === undefined) return invalid('', 'needs TENCENTCLOUD_SECRET_ID');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('', 'must be an object');
  }
  const members = value as Readonly<Record<string, unknown>>;
  const fault = memberFault(members, setting) ?? roomFault(setting.room, settings);
  if (fault !== undefined) return fault;
  const { StreamUrl, EndCallWhenFinished, UserId, RepeatNum, Volume, SeekSecond } = members;
  const stream: StreamPlan = {
    url: StreamUrl as string,
    userId: (UserId ?? setting.robot) as string,
    ...(EndCallWhenFinished === true && { endsCall: true }),
    ...(RepeatNum !== undefined && { repeat: RepeatNum as number }),
    ...(Volume !== undefined && { volume: Volume as number }),
    ...(SeekSecond !== undefined && { seekSeconds: SeekSecond as number }),
  };
  return { kind: 'valid', stream };
}
