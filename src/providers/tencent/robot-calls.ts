import { z } from 'zod';
import type {
  EndOutcome,
  LookUpOutcome,
  PlacedCallee,
  PlaceOutcome,
  RecordOutcome,
  RobotCallParty,
  RobotCalls,
} from '../../ports/robot-calls.js';
import { account, readCallRecord } from './call-records.js';
import { type CallRestSettings, createCallRest, type Reply } from './call-rest.js';
import { findPlaced } from './find-placed.js';
import { startBody } from './start-body.js';
import { unknown, unreadable } from './unclear.js';

const started = z.object({
  CallId: z.string().min(1),
  CallResult: z
    .array(z.object({ Callee_Account: account, ResultCode: z.number() }))
    .optional()
    .catch(undefined),
});

const STATES = { Calling: 'present', Waiting: 'ringing' } as const;
const callInfo = z.object({
  UserList: z.array(
    z.object({
      User_Account: account,
      Status: z.enum(['Calling', 'Waiting']).transform((status) => STATES[status]),
    }),
  ),
});

function placed(reply: Reply): PlaceOutcome {
  const { verdict, evidence } = reply;
  if (verdict.kind === 'refused' || verdict.kind === 'retry-safe') {
    return { kind: 'refused', reason: verdict.reason, evidence };
  }
  if (verdict.kind !== 'done') return unknown(reply);
  const { data } = started.safeParse(reply.response);
  // One of the two documented answers has no id: somebody's phone rings and we cannot say where.
  if (data === undefined) return unreadable(reply);
  const callees = (data.CallResult ?? []).map(
    ({ Callee_Account, ResultCode }): PlacedCallee => ({
      userId: Callee_Account,
      resultCode: ResultCode,
    }),
  );
  return { kind: 'accepted', providerCallId: data.CallId, callees, evidence };
}

function lookedUp(reply: Reply): LookUpOutcome {
  if (reply.verdict.kind === 'gone') return { kind: 'gone', evidence: reply.evidence };
  if (reply.verdict.kind !== 'done') return unknown(reply);
  const { data } = callInfo.safeParse(reply.response);
  // Leaving out whom we cannot read would say that he is out of the call.
  if (data === undefined) return unreadable(reply);
  const parties = data.UserList.map(
    ({ User_Account, Status }): RobotCallParty => ({ userId: User_Account, state: Status }),
  );
  return { kind: 'live', parties };
}

function ended(reply: Reply): EndOutcome {
  const { verdict, evidence } = reply;
  switch (verdict.kind) {
    case 'done':
      return { kind: 'ended', evidence };
    case 'gone':
      return { kind: 'gone', evidence };
    case 'refused':
      return { kind: 'refused', reason: verdict.reason, evidence };
    case 'retry-safe':
    case 'sign-again':
    case 'not-yet':
    case 'outcome-unknown':
      return unknown(reply);
  }
}

const recordAnswer = z.object({ CallRecord: z.unknown() });

function recorded(reply: Reply): RecordOutcome {
  if (reply.verdict.kind === 'not-yet') return { kind: 'not-yet' };
  if (reply.verdict.kind !== 'done') return unknown(reply);
  const record = readCallRecord(recordAnswer.safeParse(reply.response).data?.CallRecord);
  return record === undefined ? unreadable(reply) : { kind: 'record', record };
}

/**
 * Robot calls of Tencent's Call service. `extras` of a placing must be a JSON object.
 * @throws RangeError when `place` is neither a region nor a URL.
 */
export function createTencentRobotCalls(
  settings: CallRestSettings,
): RobotCalls & { close(): Promise<void> } {
  const rest = createCallRest(settings);
  const engine = 'call_engine_http_srv';
  const records = 'call_record_http_srv';
  return {
    place: async (placing) =>
      placed(await rest.post(`${engine}/start_call_by_robot`, startBody(placing))),
    lookUp: async (CallId) => lookedUp(await rest.post(`${engine}/get_call_info`, { CallId })),
    end: async (CallId) => ended(await rest.post(`${engine}/end_call`, { CallId })),
    record: async (CallId) =>
      recorded(await rest.post(`${records}/get_record_by_callid`, { CallId })),
    findPlaced: (lost, isOurs) => findPlaced(rest, lost, isOurs),
    close: () => rest.close(),
  };
}
