import { randomUUID } from 'node:crypto';
import type { RobotRoom } from '../../contract/robot-plan.js';

const MAX_NUMERIC_ROOM = 2 ** 31 - 1;
/** The documented characters; all are one byte long, so characters count as bytes. */
const TEXT_ROOM = /^[a-zA-Z0-9 !#$%&()+\-:;<=.>?@[\]^_{}|~,]{1,64}$/;
const WHOLE_NUMBER = /^[1-9]\d{0,9}$/;

const ROOM_KINDS = { 1: 'numeric', 2: 'text' } as const;
const isRoomType = (type: unknown): type is 1 | 2 => type === 1 || type === 2;

export const roomTypeOf = (kind: RobotRoom['kind']): 1 | 2 | undefined =>
  kind && (kind === 'numeric' ? 1 : 2);

/** Begins with letters, so that nobody can take it for a numeric room. */
export const generateRoom = (): RobotRoom => ({ id: `room-${randomUUID()}`, kind: 'text' });

export interface Fault {
  /** The member at fault, as it is spelled in a request. */
  readonly field: string;
  readonly message: string;
}

type RoomReading =
  /** No `room`: none was asked for. */
  { readonly kind: 'valid'; readonly room?: RobotRoom } | ({ readonly kind: 'invalid' } & Fault);

const wrong = (member: 'RoomId' | 'RoomIdType', message: string): RoomReading => ({
  kind: 'invalid',
  field: `CallInfo.${member}`,
  message,
});

const NOT_NUMERIC = 'must be a whole number from 1 to 2147483647';

const isNumericRoom = (id: string) => WHOLE_NUMBER.test(id) && Number(id) <= MAX_NUMERIC_ROOM;

function withoutId(type: unknown): RoomReading {
  return type === 1 ? wrong('RoomId', 'is needed with RoomIdType 1') : { kind: 'valid' };
}

/** `RoomId` and `RoomIdType` as a request has them. An empty id and type 0 mean none. */
export function readRoom(id: unknown, type: unknown): RoomReading {
  const typeGiven = type !== undefined && type !== 0;
  if (typeGiven && !isRoomType(type)) return wrong('RoomIdType', 'must be 1 or 2');
  if (id === undefined || id === '') return withoutId(type);
  if (typeof id === 'number' || typeof id === 'bigint') {
    if (!isNumericRoom(String(id))) return wrong('RoomId', NOT_NUMERIC);
    if (type === 2) return wrong('RoomIdType', 'must be 1 for a RoomId that is a number');
    return { kind: 'valid', room: { id: String(id), kind: 'numeric' } };
  }
  if (typeof id !== 'string') return wrong('RoomId', 'must be a string or a whole number');
  if (type === 1 && !isNumericRoom(id)) return wrong('RoomId', NOT_NUMERIC);
  if (!TEXT_ROOM.test(id)) {
    return wrong('RoomId', 'must have 1 to 64 characters of those that TRTC allows');
  }
  return { kind: 'valid', room: { id, ...(isRoomType(type) && { kind: ROOM_KINDS[type] }) } };
}
