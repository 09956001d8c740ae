import { z } from 'zod';
import type { EndCause, EndedWord } from '../../call/state.js';
import type { LostPlacing, RobotCallRecord } from '../../ports/robot-calls.js';

/** The documents print accounts as text and as numbers, which may need more than 53 bits. */
export const account = z.union([z.string(), z.number(), z.bigint()]).transform(String);
const seconds = z
  .number()
  .nonnegative()
  .transform((value) => value * 1000);

const callRecord = z.object({
  CallId: z.string().min(1),
  Caller_Account: account,
  CalleeList_Account: z.array(account),
  StartTime: seconds,
  EndTime: seconds,
  AcceptTime: seconds.optional(),
  // Its table says Integer, its sample has a word.
  CallResult: z.union([z.string(), z.number()]).transform(String),
  RoomId: account.optional(),
  RoomIdType: z.coerce.number().optional().catch(undefined),
});

/** Tencent's words for how a call ended, in ours. */
const CAUSES: ReadonlyMap<string, EndCause> = new Map<string, EndCause>([
  ['Cancel', 'cancelled'],
  ['Reject', 'rejected'],
  ['NotAnswer', 'no_answer'],
  ['NormalEnd', 'hangup'],
  ['CallBusy', 'busy'],
  ['Interrupt', 'provider_lost'],
]);

function causeOf(result: string, answered: boolean): EndCause {
  // A heartbeat ran out: of a phone that never took part, or of one in the conversation.
  if (result === 'Offline') return answered ? 'provider_lost' : 'unreachable';
  return CAUSES.get(result) ?? 'provider_lost';
}

const KINDS: Readonly<Record<number, 'numeric' | 'text'>> = { 1: 'numeric', 2: 'text' };

/** `undefined` for what is no record of a call. */
export function readCallRecord(value: unknown): RobotCallRecord | undefined {
  const { data } = callRecord.safeParse(value);
  if (data === undefined) return undefined;
  const kind = KINDS[data.RoomIdType ?? 0];
  return {
    providerCallId: data.CallId,
    robot: data.Caller_Account,
    // Some of the documents' lists name the caller as well.
    callees: data.CalleeList_Account.filter((each) => each !== data.Caller_Account),
    room: { id: data.RoomId ?? '', ...(kind && { kind }) },
    startedAt: data.StartTime,
    ...(data.AcceptTime ? { acceptedAt: data.AcceptTime } : {}),
    endedAt: data.EndTime,
    cause: causeOf(data.CallResult, !!data.AcceptTime),
    result: data.CallResult,
  };
}

/** The record as a word on how the call ended. */
export const endedWord = (record: RobotCallRecord): EndedWord => ({
  cause: record.cause,
  at: record.endedAt,
  ...(record.acceptedAt !== undefined && { acceptedAt: record.acceptedAt }),
  evidence: `${record.result}, started ${record.startedAt}, ended ${record.endedAt}`,
});

/** Their clock against ours; their times are whole seconds besides. */
const CLOCK_SKEW_MS = 5_000;

const sameRoom = (ours: LostPlacing['placing']['room'], theirs: RobotCallRecord['room']) =>
  ours.id === theirs.id &&
  (ours.kind === undefined || theirs.kind === undefined || ours.kind === theirs.kind);

const sameUsers = (ours: readonly string[], theirs: readonly string[]) =>
  ours.length === new Set(theirs).size && ours.every((each) => theirs.includes(each));

/** Whether this record can be the call of a placing whose answer was lost. */
export function mayBe(record: RobotCallRecord, { placing, sentAt, until }: LostPlacing) {
  return (
    record.robot === placing.robot &&
    sameRoom(placing.room, record.room) &&
    sameUsers(placing.callees, record.callees) &&
    record.startedAt >= sentAt - CLOCK_SKEW_MS &&
    record.startedAt <= until + CLOCK_SKEW_MS
  );
}
