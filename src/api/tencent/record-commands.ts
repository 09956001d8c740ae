import type { Request, RequestHandler } from 'express';
import { callRecordView } from '../../contract/tencent-record.js';
import type { RecordFilter } from '../../ports/recorded-robot-calls.js';
import type { PassedOn } from '../../ports/tencent-gate.js';
import type { Facade } from './commands.js';
import { FACADE_CODES, sendOk, TencentFailure } from './envelope.js';
import { askTencent, sendPassedOn } from './pass-on.js';
import { parseBody, queryOf } from './read-command.js';

const NO_RECORD = 101050;
/** Tencent keeps records for so long. */
const KEPT_MS = 7 * 86_400_000;
const MOST_PER_PAGE = 100;

/** What our records say; `undefined` where they say nothing. Only asked where Tencent said nothing. */
type OwnRecords = (facade: Facade, req: Request) => Promise<object | undefined>;

export const RECORD_COMMANDS: Readonly<Record<string, OwnRecords>> = {
  async get_record_by_callid({ service }, req) {
    const body = membersOf(req);
    if (typeof body.CallId !== 'string' || body.CallId === '') throw invalid('CallId');
    const state = await service.ended(body.CallId);
    return state && { CallRecord: callRecordView(body.CallId, state) };
  },

  async get_record_by_filter({ history }, req) {
    const filter = filterIn(membersOf(req));
    const { total, calls } = await history.over(filter);
    const page = Math.floor(filter.offset / filter.limit) + 1;
    return {
      TotalNum: total,
      Page: calls.length === 0 ? 0 : page,
      CallRecordList: calls.map(({ providerCallId, state }) =>
        callRecordView(providerCallId, state),
      ),
    };
  },
};

/** Whether only we can know: Tencent has forgotten all calls of that time. */
function isForgotten(req: Request): boolean {
  try {
    const { EndTime } = membersOf(req);
    return typeof EndTime === 'number' && EndTime * 1_000 < Date.now() - KEPT_MS;
  } catch {
    return false;
  }
}

/** Whether Tencent's answer is one; a record that it has not written yet, or no more, is none. */
function isAnswer(answer: PassedOn | undefined): answer is PassedOn {
  if (answer?.status !== 200) return false;
  const code = /"ErrorCode"\s*:\s*(-?\d+)/.exec(answer.body.toString('utf8'))?.[1];
  return code !== undefined && Number(code) !== NO_RECORD && Number(code) !== FACADE_CODES.tryAgain;
}

/** Tencent's answer where it has one, else ours: it may be away, and it forgets after a week. */
export const recordRoute =
  (facade: Facade, own: OwnRecords): RequestHandler =>
  async (req, res) => {
    const fault = facade.gate.refuse(queryOf(req));
    const onlyOurs = fault === undefined && isForgotten(req);
    const theirs = onlyOurs ? undefined : await askTencent(facade.gate, req);
    if (isAnswer(theirs)) return sendPassedOn(res, theirs);
    const ours = fault === undefined ? await own(facade, req) : undefined;
    if (ours !== undefined) return sendOk(res, ours);
    if (theirs !== undefined) return sendPassedOn(res, theirs);
    if (fault !== undefined) throw new TencentFailure(fault.code, fault.info);
    throw new TencentFailure(NO_RECORD, 'the record does not exist');
  };

const CALL_TYPES: Readonly<Record<string, 'single' | 'group'>> = {
  SingleCall: 'single',
  MultiCall: 'group',
};

function filterIn(body: Readonly<Record<string, unknown>>): RecordFilter {
  const { CallResult, CallType } = body;
  const whole = (name: string, fallback: number, min: number, max: number): number => {
    const value = body[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw invalid(name);
    }
    return value;
  };
  if (CallResult !== undefined && typeof CallResult !== 'string') throw invalid('CallResult');
  const bizType = typeof CallType === 'string' ? CALL_TYPES[CallType] : undefined;
  if (CallType !== undefined && bizType === undefined) throw invalid('CallType');
  const limit = whole('NumberPerPage', 10, 1, MOST_PER_PAGE);
  const latest = Number.MAX_SAFE_INTEGER / 1_000;
  return {
    from: whole('StartTime', 0, 0, latest) * 1_000,
    to: whole('EndTime', Math.floor(Date.now() / 1_000), 0, latest) * 1_000 + 999,
    ...(CallResult !== undefined && { result: CallResult }),
    ...(bizType !== undefined && { bizType }),
    limit,
    offset: (whole('Page', 1, 1, 1_000_000) - 1) * limit,
  };
}

function membersOf(req: Request): Readonly<Record<string, unknown>> {
  const body = parseBody(req);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

const invalid = (field: string) => new TencentFailure(FACADE_CODES.invalid, `${field} is wrong`);
