import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RobotBackend, robotBackend, userSig } from '../../support/robot-backend.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { aGate, placeIt, startedBy } from './fixtures.js';

type Answer = object | 'silence' | 'bad gateway';
const NO_RECORD = { ActionStatus: 'FAIL', ErrorCode: 101050, ErrorInfo: 'theirs' };
const INTERNAL = { ActionStatus: 'FAIL', ErrorCode: 101001, ErrorInfo: 'theirs' };

let tencent: Server;
let answer: Answer = NO_RECORD;
let asked: string[] = [];
let api: TestApi;
let backend: RobotBackend;
let gate: ReturnType<typeof aGate>;
beforeAll(async () => {
  tencent = createServer((req, res) => {
    asked.push((req.url ?? '').split('?')[0] ?? '');
    req.resume();
    if (answer === 'silence') res.destroy();
    else if (answer === 'bad gateway') res.writeHead(502).end('<html>');
    else res.end(JSON.stringify(answer));
  });
  tencent.listen(0, '127.0.0.1');
  await once(tencent, 'listening');
  gate = aGate(`http://127.0.0.1:${(tencent.address() as AddressInfo).port}`);
  api = await startTestApi({ gate });
  api.engine.onPlace = placeIt;
  backend = robotBackend(api.url);
});
afterAll(async () => {
  await api.stop();
  await gate.close();
  tencent.close();
});
beforeEach(() => {
  answer = NO_RECORD;
  asked = [];
});

const byId = (CallId: string) =>
  backend.send('call_record_http_srv/get_record_by_callid', { CallId });
const byFilter = (filter: object = {}) =>
  backend.send('call_record_http_srv/get_record_by_filter', filter);
const listed = async (filter: object = {}) => {
  const { Response } = await byFilter(filter);
  const list = (Response as { CallRecordList?: { CallId: string }[] }).CallRecordList ?? [];
  return list.map(({ CallId }) => CallId);
};

/** A call that is over by the provider's word. */
async function over(cause: 'hangup' | 'no_answer', more: object = {}): Promise<string> {
  const { CallId, callId } = await startedBy(backend, more);
  if (cause === 'hangup') {
    await api.engine.report(callId, { type: 'party', userId: 'jack', fact: 'answered' });
  }
  await api.engine.report(callId, { type: 'over', cause });
  return CallId;
}

describe('the record of a call', () => {
  it('is Tencent’s where it has one, as it came', async () => {
    const CallId = await over('hangup');
    answer = {
      ErrorCode: 0,
      ActionStatus: 'OK',
      Response: { CallRecord: { CallId, of: 'theirs' } },
    };
    expect(await byId(CallId)).toEqual(answer);
    answer = { ErrorCode: 101002, ErrorInfo: 'theirs' };
    expect(await byId(CallId)).toEqual(answer);
  });

  it.each([NO_RECORD, INTERNAL, 'silence', 'bad gateway'] as const)(
    'is ours where Tencent says %j',
    async (said) => {
      const CallId = await over('hangup');
      answer = said;
      const before = Math.floor(Date.now() / 1_000) - 60;
      const { Response, ...envelope } = await byId(CallId);
      expect(envelope).toMatchObject({ ErrorCode: 0, ActionStatus: 'OK' });
      const { CallRecord } = Response as { CallRecord: Record<string, number> };
      expect(CallRecord).toMatchObject({
        CallId,
        Caller_Account: 'robot',
        MediaType: 'Video',
        CallType: 'SingleCall',
        CallResult: 'NormalEnd',
        CalleeList_Account: ['robot', 'jack'],
        RoomId: 'roomid-test',
        RoomIdType: 2,
      });
      const { StartTime = 0, AcceptTime = 0, EndTime = 0 } = CallRecord;
      expect([before, StartTime, AcceptTime, EndTime]).toEqual(
        [before, StartTime, AcceptTime, EndTime].toSorted((one, other) => one - other),
      );
    },
  );

  it('of a call that is not over, or nobody’s, is what Tencent says', async () => {
    const { CallId } = await startedBy(backend);
    expect(await byId(CallId)).toEqual(NO_RECORD);
    expect(await byId('nobody’s')).toEqual(NO_RECORD);
    answer = 'silence';
    expect(await byId(CallId)).toMatchObject({ ErrorCode: 101050 });
  });

  it('is ours for nobody who may not command the application', async () => {
    const CallId = await over('hangup');
    const stranger = { identifier: 'jack', usersig: userSig('jack') };
    const ask = () =>
      backend.send('call_record_http_srv/get_record_by_callid', { CallId }, stranger);
    expect(await ask()).toEqual(NO_RECORD);
    answer = 'silence';
    expect(await ask()).toMatchObject({ ErrorCode: 60010 });
  });
});

describe('the records that fit a filter', () => {
  it('are Tencent’s where it answers', async () => {
    answer = { ErrorCode: 0, Response: { TotalNum: 0, Page: 0, CallRecordList: [] } };
    expect(await byFilter()).toEqual(answer);
  });

  it('are ours while Tencent is away: by time, result and kind, the latest first', async () => {
    const since = { StartTime: Math.floor(Date.now() / 1_000) };
    const answered = await over('hangup');
    const unanswered = await over('no_answer', { CalleeList_Account: ['jack', 'kim'] });
    await startedBy(backend);
    answer = 'silence';
    const ours = new Set([answered, unanswered]);
    const fitting = async (filter: object) =>
      (await listed({ ...since, ...filter })).filter((each) => ours.has(each));
    expect(await fitting({})).toEqual([unanswered, answered]);
    expect(await fitting({ CallResult: 'NormalEnd' })).toEqual([answered]);
    expect(await fitting({ CallResult: 'NotAnswer' })).toEqual([unanswered]);
    expect(await fitting({ CallResult: 'Levitate' })).toEqual([]);
    expect(await fitting({ CallType: 'MultiCall' })).toEqual([unanswered]);
    expect(await fitting({ CallType: 'SingleCall' })).toEqual([answered]);
    expect(await listed({ StartTime: since.StartTime + 3_600 })).toEqual([]);
  });

  it('come in pages, the last of which is followed by page 0', async () => {
    for (let nth = 0; nth < 3; nth += 1) await over('no_answer');
    answer = 'silence';
    const all = await listed({ NumberPerPage: 100 });
    const pages: string[] = [];
    for (let Page = 1; ; Page += 1) {
      const { Response } = await byFilter({ NumberPerPage: 2, Page });
      expect(Response).toMatchObject({ TotalNum: all.length });
      if ((Response as { Page?: number }).Page === 0) break;
      pages.push(...(await listed({ NumberPerPage: 2, Page })));
    }
    expect(pages).toEqual(all);
  });

  it('are asked of Tencent no more when it has forgotten all of that time', async () => {
    answer = { ErrorCode: 0, Response: { TotalNum: 0 } };
    const EndTime = Math.floor(Date.now() / 1_000) - 8 * 86_400;
    expect(await byFilter({ EndTime })).toMatchObject({ Response: { CallRecordList: [] } });
    expect(asked).toEqual([]);
  });

  it.each([
    { StartTime: 'yesterday' },
    { EndTime: -1 },
    { CallResult: 5 },
    { CallType: 'Conference' },
    { NumberPerPage: 0 },
    { NumberPerPage: 101 },
    { Page: 0.5 },
  ])('are refused by us where a member is wrong: %j', async (filter) => {
    answer = 'silence';
    expect(await byFilter(filter)).toMatchObject({
      ErrorCode: 101002,
      ErrorInfo: `${Object.keys(filter)[0]} is wrong`,
    });
  });
});
