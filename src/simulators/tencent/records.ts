import { printedAccount } from './answers.js';
import type { Call } from './call.js';
import type { Shapes } from './settings.js';

const KEPT_SECONDS = 7 * 86_400;
const seconds = (ms: number | undefined) => Math.floor((ms ?? 0) / 1000);

export const callTypeOf = ({ request }: Call) =>
  request.callees.length > 1 ? 'MultiCall' : 'SingleCall';

/** `CallRecord` of a call that is over. */
export const callRecord = (call: Call, shapes: Shapes) => ({
  CallId: call.id,
  Caller_Account: printedAccount(call.request.robot, shapes.accounts),
  MediaType: call.request.mediaType,
  CallType: callTypeOf(call),
  StartTime: seconds(call.startedAt),
  EndTime: seconds(call.endedAt),
  AcceptTime: seconds(call.acceptedAt),
  CallResult: call.result,
  CalleeList_Account: [
    ...(shapes.calleeList === 'with-caller' ? [call.request.robot] : []),
    ...call.request.callees,
  ].map((account) => printedAccount(account, shapes.accounts)),
  RoomId: call.request.roomId,
  RoomIdType: call.request.roomIdType,
});

const numberOr = (value: unknown, fallback: number) =>
  typeof value === 'number' ? value : fallback;

/** `get_record_by_filter` over calls whose records exist. */
export function filtered(calls: readonly Call[], filter: Record<string, unknown>, shapes: Shapes) {
  const now = seconds(Date.now());
  const from = Math.max(numberOr(filter.StartTime, 0), now - KEPT_SECONDS);
  const to = numberOr(filter.EndTime, now);
  const size = numberOr(filter.NumberPerPage, 10);
  const page = numberOr(filter.Page, 1);
  const found = calls
    .filter((call) => seconds(call.startedAt) >= from && seconds(call.startedAt) <= to)
    .filter((call) => filter.CallResult === undefined || call.result === filter.CallResult)
    .filter((call) => filter.CallType === undefined || callTypeOf(call) === filter.CallType)
    .toSorted((one, other) => other.startedAt - one.startedAt);
  const shown = found.slice((page - 1) * size, page * size);
  return {
    TotalNum: found.length,
    // "When Page is above 0 there is data": past the last page it says 0.
    Page: shown.length > 0 ? page : 0,
    CallRecordList: shown.map((call) => callRecord(call, shapes)),
  };
}
