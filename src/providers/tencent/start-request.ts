import type { RobotPlan } from '../../contract/robot-plan.js';
import { writeWireJson } from '../../contract/wire-json.js';
import { type Fault, generateRoom, readRoom } from './rooms.js';
import { readStreamIngest, type StreamSettings } from './stream-ingest.js';

const MIN_TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 600_000;
const MAX_USER_DATA_BYTES = 1_000;
const MAX_ACCOUNT_BYTES = 32;
/** Tencent documents none; its own groups have nine. All have to fit into one search attribute. */
const MAX_CALLEES = 50;

export type StartRequest =
  | {
      readonly kind: 'valid';
      readonly placing: RobotPlan;
      /** The room was made up here, and is ours to dismiss. */
      readonly roomIsOurs: boolean;
    }
  | ({ readonly kind: 'invalid' } & Fault);

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const CONTROL = /\p{Cc}/u;
const isAccount = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  Buffer.byteLength(value) <= MAX_ACCOUNT_BYTES &&
  !CONTROL.test(value);
const NO_ACCOUNT = `of 1 to ${MAX_ACCOUNT_BYTES} bytes without control characters`;

const mediaOf = (value: unknown): RobotPlan['media'] | undefined => {
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  return word === 'video' || word === 'audio' ? word : undefined;
};

const isTimeout = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= MIN_TIMEOUT_MS && Number(value) <= MAX_TIMEOUT_MS;

const calleesFault = (callees: unknown, robot: string): string | undefined => {
  if (!Array.isArray(callees) || callees.length === 0) return 'must name at least one callee';
  if (callees.length > MAX_CALLEES) return `must name at most ${MAX_CALLEES} callees`;
  if (!callees.every(isAccount)) return `must consist of strings ${NO_ACCOUNT}`;
  if (new Set(callees).size < callees.length) return 'must name each callee once';
  return callees.includes(robot) ? 'must not contain Robot_Account' : undefined;
};

const userDataFault = (userData: unknown): string | undefined => {
  if (userData === undefined) return undefined;
  if (typeof userData !== 'string') return 'must be a string';
  return Buffer.byteLength(userData) > MAX_USER_DATA_BYTES
    ? `must have at most ${MAX_USER_DATA_BYTES} bytes`
    : undefined;
};

const invalid = (field: string, message: string): StartRequest => ({
  kind: 'invalid',
  field,
  message,
});

const OURS = new Set([
  'Robot_Account',
  'CalleeList_Account',
  'Timeout',
  'UserData',
  'CallInfo',
  'StreamIngest',
]);
const OURS_OF_CALL_INFO = new Set(['MediaType', 'RoomId', 'RoomIdType']);

const without = (known: ReadonlySet<string>, members: Members): [string, unknown][] =>
  Object.entries(members).filter(([name]) => !known.has(name));

/** What is left when the members that mean something to us are taken out. */
function extrasOf(body: Members, callInfo: Members): { readonly extras?: string } {
  const others = without(OURS, body);
  const inner = without(OURS_OF_CALL_INFO, callInfo);
  if (inner.length > 0) others.push(['CallInfo', Object.fromEntries(inner)]);
  return others.length === 0 ? {} : { extras: writeWireJson(Object.fromEntries(others)) };
}

/** Reads the body of `start_call_by_robot`, parsed without rounding. Names the first mistake. */
export function readStartRequest(body: unknown, streams?: StreamSettings): StartRequest {
  if (!isObject(body)) return invalid('body', 'must be a JSON object');
  const { Robot_Account: robot, CalleeList_Account: callees, Timeout: ringMs } = body;
  const { UserData: userData, CallInfo: callInfo } = body;
  if (!isAccount(robot)) return invalid('Robot_Account', `must be a string ${NO_ACCOUNT}`);
  const badCallees = calleesFault(callees, robot);
  if (badCallees !== undefined) return invalid('CalleeList_Account', badCallees);
  if (!isTimeout(ringMs)) {
    return invalid('Timeout', `must be an integer from ${MIN_TIMEOUT_MS} to ${MAX_TIMEOUT_MS}`);
  }
  const badUserData = userDataFault(userData);
  if (badUserData !== undefined) return invalid('UserData', badUserData);
  if (!isObject(callInfo)) return invalid('CallInfo', 'must be an object');
  const media = mediaOf(callInfo.MediaType);
  if (media === undefined) return invalid('CallInfo.MediaType', 'must be Video or Audio');
  const reading = readRoom(callInfo.RoomId, callInfo.RoomIdType);
  if (reading.kind === 'invalid') return reading;
  const setting = {
    robot,
    callees: callees as readonly string[],
    room: reading.room ?? generateRoom(),
  };
  const asked = body.StreamIngest;
  const stream = asked === undefined ? undefined : readStreamIngest(asked, setting, streams);
  if (stream?.kind === 'invalid') return stream;
  const placing: RobotPlan = {
    ...setting,
    media,
    ...(stream && { stream: stream.stream }),
    ringMs,
    ...(typeof userData === 'string' ? { userData } : {}),
    ...extrasOf(body, callInfo),
  };
  return { kind: 'valid', placing, roomIsOurs: reading.room === undefined };
}
