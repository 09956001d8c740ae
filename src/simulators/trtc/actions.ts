import { userSigFault } from '../tencent/user-sig-check.js';
import type { TrtcBehaviour } from './settings.js';
import type { Studio, TrtcRoom } from './studio.js';

export type Members = Readonly<Record<string, unknown>>;

/** What an action answers; a fault is the code in `Error`. */
export type ActionAnswer = { readonly response: object } | { readonly fault: string };
type Action = (body: Members) => ActionAnswer;

const CN = ['ap-beijing', 'ap-chongqing', 'ap-guangzhou', 'ap-shanghai', 'ap-singapore'];
const INTL = ['ap-bangkok', 'ap-jakarta', 'ap-mumbai', 'ap-singapore', 'ap-tokyo'];
const INGEST = [...CN, ...INTL];
const ROOMS = ['ap-beijing', 'ap-guangzhou', 'ap-singapore', 'ap-mumbai'];

/** Where each action is served. */
export const ACTION_REGIONS: Readonly<Record<string, readonly string[]>> = {
  StartStreamIngest: INGEST,
  StopStreamIngest: INGEST,
  DescribeStreamIngest: INGEST,
  DismissRoom: ROOMS,
  DismissRoomByStrRoomId: ROOMS,
  RemoveUser: ROOMS,
  RemoveUserByStrRoomId: ROOMS,
};

const fault = (code: string): ActionAnswer => ({ fault: code });
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isNumber = (value: unknown): value is number => Number.isInteger(value);
const between = (value: unknown, min: number, max: number) =>
  value === undefined || (isNumber(value) && value >= min && value <= max);

const MAX_NUMERIC_ROOM = 4_294_967_294;
const isNumericRoom = (id: string) => /^\d{1,10}$/.test(id) && Number(id) <= MAX_NUMERIC_ROOM;

/** A text where a number is expected is refused; a number makes a text room of that name. */
function roomOf(behaviour: TrtcBehaviour, { RoomId, RoomIdType }: Members): TrtcRoom | string {
  if (!isText(RoomId)) return 'MissingParameter.RoomId';
  if (RoomIdType !== 0 && RoomIdType !== 1) return 'InvalidParameter.BodyParamsError';
  if (RoomIdType !== behaviour.numericRoomIs) return { name: RoomId, kind: 'text' };
  return isNumericRoom(RoomId) ? { name: RoomId, kind: 'numeric' } : 'InvalidParameter.RoomId';
}

const isRefusedStart = ({ RepeatNum, MaxDuration, Volume, IdleTimeout, SeekSecond }: Members) =>
  RepeatNum === 0 ||
  !between(RepeatNum, -1, 1_000) ||
  !between(MaxDuration, 1, 10_080) ||
  (MaxDuration !== undefined && RepeatNum !== -1) ||
  !between(Volume, 0, 200) ||
  !between(IdleTimeout, 0, 600) ||
  !between(SeekSecond, 0, Number.MAX_SAFE_INTEGER);

function ingest(behaviour: TrtcBehaviour, studio: Studio): Record<string, Action> {
  const taskOf = ({ TaskId }: Members) => (isText(TaskId) ? TaskId : undefined);
  return {
    StartStreamIngest(body) {
      const room = roomOf(behaviour, body);
      if (typeof room === 'string') return fault(room);
      const { UserId, UserSig, StreamUrl: url } = body;
      if (!isText(url) || !/^(https?|rtmp):\/\//.test(url)) {
        return fault('InvalidParameter.StreamUrl');
      }
      if (!isText(UserId) || isRefusedStart(body)) return fault('InvalidParameter.BodyParamsError');
      const { sdkAppId, secretKey } = behaviour;
      const expected = { sdkAppId, secretKey, identifier: UserId, now: Date.now() };
      if (userSigFault(String(UserSig), expected) !== undefined) {
        return fault('InvalidParameter.UserSig');
      }
      const task = studio.start({ room, userId: UserId, url, request: body });
      if (task === 'exists') return fault('FailedOperation.TaskExist');
      return { response: { TaskId: task.id } };
    },
    StopStreamIngest(body) {
      const task = taskOf(body);
      if (task === undefined) return fault('MissingParameter.TaskId');
      return studio.stop(task) ? { response: {} } : fault('FailedOperation.TaskFinished');
    },
    DescribeStreamIngest(body) {
      const task = taskOf(body);
      if (task === undefined) return fault('MissingParameter.TaskId');
      return { response: { Status: studio.isPlaying(task) ? 'InProgress' : 'NotExist' } };
    },
  };
}

function rooms(studio: Studio): Record<string, Action> {
  const answer = (existed: boolean): ActionAnswer =>
    existed ? { response: {} } : fault('FailedOperation.RoomNotExist');
  const numeric = (id: unknown): TrtcRoom | undefined =>
    isNumber(id) ? { name: String(id), kind: 'numeric' } : undefined;
  const text = (id: unknown): TrtcRoom | undefined =>
    isText(id) ? { name: id, kind: 'text' } : undefined;
  const dismiss =
    (roomIn: typeof numeric): Action =>
    ({ RoomId }) => {
      const room = roomIn(RoomId);
      return room === undefined ? fault('InvalidParameter.RoomId') : answer(studio.dismiss(room));
    };
  const remove =
    (roomIn: typeof numeric): Action =>
    ({ RoomId, UserIds }) => {
      const room = roomIn(RoomId);
      if (room === undefined) return fault('InvalidParameter.RoomId');
      if (!Array.isArray(UserIds) || UserIds.length > 10 || !UserIds.every(isText)) {
        return fault('InvalidParameter.UserIds');
      }
      return answer(studio.remove(room, UserIds));
    };
  return {
    DismissRoom: dismiss(numeric),
    DismissRoomByStrRoomId: dismiss(text),
    RemoveUser: remove(numeric),
    RemoveUserByStrRoomId: remove(text),
  };
}

export const createActions = (
  behaviour: TrtcBehaviour,
  studio: Studio,
): ReadonlyMap<string, Action> =>
  new Map(Object.entries({ ...ingest(behaviour, studio), ...rooms(studio) }));
