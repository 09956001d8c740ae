import { describe, expect, it } from 'vitest';
import { END, FILTER, post, RECORD, simulator, started } from './fixtures.js';

describe('get_record_by_callid', () => {
  it('is 101050 while the call lives, and as long after as is configured', async () => {
    const running = await simulator({ recordDelayMs: 600_000 });
    const CallId = await started(running);
    expect(await post(running, RECORD, { CallId })).toMatchObject({ ErrorCode: 101050 });
    await post(running, END, { CallId });
    expect(await post(running, RECORD, { CallId })).toMatchObject({ ErrorCode: 101050 });
  });

  it('is the record when that time has passed, and not before', async () => {
    const running = await simulator({ recordDelayMs: 1_000 });
    const CallId = await started(running);
    await post(running, END, { CallId });
    const code = async () => (await post(running, RECORD, { CallId })).ErrorCode;
    await expect.poll(code).toBe(0);
    const { calls } = running.control.ledger();
    const startedAt = calls[0]?.startedAt ?? 0;
    const endedAt = calls[0]?.endedAt ?? 0;
    expect(Date.now() - endedAt).toBeGreaterThanOrEqual(1_000);
    expect((await post(running, RECORD, { CallId })).Response).toEqual({
      CallRecord: {
        CallId,
        Caller_Account: 'robot',
        MediaType: 'Video',
        CallType: 'SingleCall',
        StartTime: Math.floor(startedAt / 1000),
        EndTime: Math.floor(endedAt / 1000),
        AcceptTime: 0,
        CallResult: 'Cancel',
        CalleeList_Account: ['robot', 'jack'],
        RoomId: 'roomid-test',
        RoomIdType: 2,
      },
    });
  });
});

describe('get_record_by_filter', () => {
  async function withThreeRecords() {
    const running = await simulator({ recordDelayMs: 0, devices: [{ does: 'nothing' }] });
    const calls = [['jack'], ['jill'], ['jack', 'jill']] as const;
    const ids: string[] = [];
    for (const callees of calls) {
      const CallId = await started(running, callees);
      ids.push(CallId);
      if (ids.length === 1) running.control.act({ callId: CallId, user: 'jack', action: 'Reject' });
      else await post(running, END, { CallId });
    }
    const ask = async (filter: object) => (await post(running, FILTER, filter)).Response;
    return { ids, ask };
  }

  it('pages through the records, with page 0 where there is nothing more', async () => {
    const { ids, ask } = await withThreeRecords();
    const one = await ask({ NumberPerPage: 2, Page: 1 });
    const two = await ask({ NumberPerPage: 2, Page: 2 });
    expect(one).toMatchObject({ TotalNum: 3, Page: 1 });
    expect(two).toMatchObject({ TotalNum: 3, Page: 2 });
    expect(await ask({ NumberPerPage: 2, Page: 3 })).toEqual({
      TotalNum: 3,
      Page: 0,
      CallRecordList: [],
    });
    const listed = [one, two].flatMap((page) => page?.CallRecordList as { CallId: string }[]);
    expect(listed.map(({ CallId }) => CallId).sort()).toEqual([...ids].sort());
  });

  it('selects by time, result and type', async () => {
    const { ids, ask } = await withThreeRecords();
    const now = Math.floor(Date.now() / 1000);
    const count = async (filter: object) => (await ask(filter))?.TotalNum;
    expect(await count({})).toBe(3);
    expect(await count({ StartTime: 0, EndTime: now + 1 })).toBe(3);
    expect(await count({ StartTime: now + 60 })).toBe(0);
    expect(await count({ EndTime: now - 60 })).toBe(0);
    expect(await count({ CallType: 'MultiCall' })).toBe(1);
    expect(await ask({ CallResult: 'Reject' })).toMatchObject({
      TotalNum: 1,
      CallRecordList: [{ CallId: ids[0] }],
    });
  });
});
