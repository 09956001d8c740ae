import type {
  IngestOrder,
  IngestSeen,
  IngestStarted,
  MediaOutcome,
  MediaRoom,
  MediaRooms,
} from '../../ports/media-rooms.js';
import type { CloudApi, CloudReply } from './cloud-api.js';

/** Which number a numeric room has in `RoomIdType` of a stream; a text room has the other one. */
export type NumericRoomIs = 0 | 1;

export interface MediaRoomsSettings {
  readonly sdkAppId: number;
  readonly api: CloudApi;
  /** Lets a user into a room. */
  readonly signUser: (userId: string, room: MediaRoom) => Admission;
  /** Absent: 0, as the page on calls says, and if that is refused 1, as the reference says. */
  readonly numericRoomIs?: NumericRoomIs;
}

export interface Admission {
  readonly userSig: string;
  /** Where an application admits users to single rooms. */
  readonly privateMapKey?: string;
}

/** A stream that plays nothing for so long is ended by the provider itself. */
const IDLE_SECONDS = 60;
const MAX_MINUTES = 10_080;
const MINUTE_MS = 60_000;

/** How a text room is refused that was announced as a numeric one. */
const NO_SUCH_KIND_OF_ROOM: readonly string[] = [
  'InvalidParameter.RoomId',
  'InvalidParameter.StrRoomId',
  'InvalidParameter.BodyParamsError',
  'InvalidParameterValue.RoomId',
];

/** The provider's words for what was to be ended and is over. */
const OVER: readonly string[] = ['FailedOperation.TaskFinished', 'FailedOperation.RoomNotExist'];

/** After these the work may have been done. */
const UNCLEAR = /^(InternalError|FailedOperation\.QueryTaskInfoFailed)/;

/** TRTC's cloud API, for rooms and the streams in them. */
export function createMediaRooms(settings: MediaRoomsSettings): MediaRooms {
  const { sdkAppId: SdkAppId, api, signUser } = settings;
  // What worked once is right for this application.
  let numericRoomIs = settings.numericRoomIs;

  const tryStart = (order: IngestOrder, numericIs: NumericRoomIs) =>
    api.ask('StartStreamIngest', {
      SdkAppId,
      ...startBody(order, numericIs),
      ...admitted(signUser(order.stream.userId, order.room)),
    });

  const inRoom = ({ name, kind }: MediaRoom) => ({
    SdkAppId,
    RoomId: kind === 'numeric' ? Number(name) : name,
  });

  return {
    async start(order) {
      if (numericRoomIs !== undefined) return started(await tryStart(order, numericRoomIs));
      // Refused is only what cannot be a numeric room: where it may be one, the setting was made.
      const first = await tryStart(order, 0);
      if (first.kind === 'answer') numericRoomIs = 0;
      if (first.kind !== 'fault' || !NO_SUCH_KIND_OF_ROOM.includes(first.evidence.word)) {
        return started(first);
      }
      const second = await tryStart(order, 1);
      if (second.kind === 'answer') numericRoomIs = 1;
      return started(second);
    },
    async look(TaskId): Promise<IngestSeen> {
      const reply = await api.ask('DescribeStreamIngest', { SdkAppId, TaskId });
      if (reply.kind !== 'answer') return { kind: 'unknown', evidence: reply.evidence };
      const { Status } = reply.response;
      if (Status === 'InProgress') return { kind: 'playing' };
      if (Status === 'NotExist') return { kind: 'gone' };
      return { kind: 'unknown', evidence: { fault: 'unreadable' } };
    },
    stop: async (TaskId) => ended(await api.ask('StopStreamIngest', { SdkAppId, TaskId })),
    async dismiss(room) {
      const action = room.kind === 'numeric' ? 'DismissRoom' : 'DismissRoomByStrRoomId';
      return ended(await api.ask(action, inRoom(room)));
    },
    async removeUser(room, userId) {
      const action = room.kind === 'numeric' ? 'RemoveUser' : 'RemoveUserByStrRoomId';
      return ended(await api.ask(action, { ...inRoom(room), UserIds: [userId] }));
    },
  };
}

const admitted = ({ userSig, privateMapKey }: Admission) => ({
  UserSig: userSig,
  ...(privateMapKey !== undefined && { PrivateMapKey: privateMapKey }),
});

function startBody({ room, stream, longestMs }: IngestOrder, numericIs: NumericRoomIs) {
  const { url, userId, repeat, volume, seekSeconds } = stream;
  const minutes = Math.min(MAX_MINUTES, Math.max(1, Math.ceil(longestMs / MINUTE_MS)));
  return {
    RoomId: room.name,
    RoomIdType: room.kind === 'numeric' ? numericIs : 1 - numericIs,
    UserId: userId,
    StreamUrl: url,
    IdleTimeout: IDLE_SECONDS,
    ...(repeat !== undefined && { RepeatNum: repeat }),
    // Only what would never end has a longest time.
    ...(repeat === -1 && { MaxDuration: minutes }),
    ...(volume !== undefined && { Volume: volume }),
    ...(seekSeconds !== undefined && { SeekSecond: seekSeconds }),
  };
}

function started(reply: CloudReply): IngestStarted {
  if (reply.kind === 'silence') return { kind: 'unknown', evidence: reply.evidence };
  if (reply.kind === 'answer') {
    const { TaskId: taskId } = reply.response;
    if (typeof taskId === 'string' && taskId !== '') return { kind: 'started', taskId };
    return { kind: 'unknown', evidence: { fault: 'unreadable' } };
  }
  const { evidence } = reply;
  if (evidence.word === 'FailedOperation.TaskExist') return { kind: 'exists', evidence };
  return { kind: UNCLEAR.test(evidence.word) ? 'unknown' : 'refused', evidence };
}

function ended(reply: CloudReply): MediaOutcome {
  if (reply.kind === 'answer') return { kind: 'done' };
  if (reply.kind === 'silence') return { kind: 'unknown', evidence: reply.evidence };
  const { evidence } = reply;
  if (OVER.includes(evidence.word)) return { kind: 'done' };
  return { kind: UNCLEAR.test(evidence.word) ? 'unknown' : 'refused', evidence };
}
