import { describe, expect, it } from 'vitest';
import { line, PLACING, placed, SDK_APP_ID } from './fixtures.js';

describe('placing', () => {
  it('rings the callees with what was asked, in a room by its kind', async () => {
    const { simulator, robotCalls } = await line();
    const outcome = await robotCalls.place({
      ...PLACING,
      callees: ['jack', 'jill'],
      media: 'audio',
      room: { id: '123', kind: 'numeric' },
      userData: 'order 17',
      extras: '{"OfflinePushInfo":{"PushFlag":0},"CallInfo":{"ChatGroupId":"g"}}',
    });
    const [call] = simulator.control.ledger().calls;
    expect(outcome).toEqual({
      kind: 'accepted',
      providerCallId: call?.id,
      callees: [
        { userId: 'jack', resultCode: 0 },
        { userId: 'jill', resultCode: 0 },
      ],
      evidence: { code: 0, requestId: expect.stringMatching(/^Id-/) },
    });
    expect(call?.request.body).toEqual({
      Robot_Account: 'robot',
      CalleeList_Account: ['jack', 'jill'],
      Timeout: 30_000,
      UserData: 'order 17',
      CallInfo: { MediaType: 'Audio', RoomId: '123', RoomIdType: 1, ChatGroupId: 'g' },
      OfflinePushInfo: { PushFlag: 0 },
    });
  });

  it('is unknown when the provider says well and names no call, as one page has it', async () => {
    const { simulator, robotCalls } = await line({ shapes: { startAnswer: 'without-call-id' } });
    expect(await robotCalls.place(PLACING)).toMatchObject({
      kind: 'unknown',
      throttled: false,
      evidence: { code: 0, fault: 'unreadable' },
    });
    expect(simulator.control.ledger().calls).toHaveLength(1);
  });

  it('is refused with the words of the provider', async () => {
    const { robotCalls } = await line();
    expect(await robotCalls.place({ ...PLACING, ringMs: 5 })).toEqual({
      kind: 'refused',
      reason: 'request',
      evidence: {
        code: 101002,
        info: 'Timeout is wrong',
        requestId: expect.stringMatching(/^Id-/),
      },
    });
  });

  it.each([
    [70009, { secretKey: 'another' }],
    [70020, { sdkAppId: SDK_APP_ID + 1 }],
    [60010, { identifier: 'jack' }],
    [70001, { now: () => Date.now() - 30 * 86_400_000 }],
  ])('is refused as a matter of configuration with %i when %o is', async (code, change) => {
    const { robotCalls } = await line({}, change);
    expect(await robotCalls.place(PLACING)).toMatchObject({
      kind: 'refused',
      reason: 'configuration',
      evidence: { code },
    });
  });
});

describe('looking up', () => {
  it('tells who rings, who is present and who is out, by ids of any length', async () => {
    const ids = ['9007199254740993', '144115212830834855', 'jill'];
    const there = await line({ shapes: { accounts: 'number' } });
    const callId = await placed(there, { callees: ids });
    there.simulator.control.act({ callId, user: '9007199254740993', action: 'Accept' });
    there.simulator.control.act({ callId, user: 'jill', action: 'Reject' });
    expect(await there.robotCalls.lookUp(callId)).toEqual({
      kind: 'live',
      parties: [
        { userId: 'robot', state: 'present' },
        { userId: '9007199254740993', state: 'present' },
        { userId: '144115212830834855', state: 'ringing' },
      ],
    });
  });

  it('says gone for a call that is over, and for one that never was', async () => {
    const there = await line();
    const callId = await placed(there);
    there.simulator.control.act({ callId, user: 'jack', action: 'Reject' });
    expect(await there.robotCalls.lookUp(callId)).toMatchObject({ kind: 'gone' });
    expect(await there.robotCalls.lookUp('never')).toMatchObject({ kind: 'gone' });
  });
});

describe('ending', () => {
  it('ends the call, and says gone when it is asked again', async () => {
    const there = await line();
    const callId = await placed(there);
    expect(await there.robotCalls.end(callId)).toMatchObject({ kind: 'ended' });
    expect(await there.robotCalls.end(callId)).toMatchObject({ kind: 'gone' });
    expect(there.simulator.control.ledger().calls[0]?.endedAt).toBeDefined();
  });
});

describe('the record', () => {
  it('is not there yet while the provider is writing it', async () => {
    const there = await line({ recordDelayMs: 600_000 });
    const callId = await placed(there);
    await there.robotCalls.end(callId);
    expect(await there.robotCalls.record(callId)).toEqual({ kind: 'not-yet' });
  });

  it('says who was called from where, when, and how it ended, in milliseconds', async () => {
    const there = await line();
    const callId = await placed(there, { callees: ['jack', 'jill'] });
    for (const action of ['Accept', 'HangUp'] as const) {
      there.simulator.control.act({ callId, user: 'jack', action });
    }
    there.simulator.control.act({ callId, user: 'jill', action: 'Reject' });
    const [call] = there.simulator.control.ledger().calls;
    const second = (ms = 0) => Math.floor(ms / 1000) * 1000;
    expect(await there.robotCalls.record(callId)).toEqual({
      kind: 'record',
      record: {
        providerCallId: callId,
        robot: 'robot',
        callees: ['jack', 'jill'],
        room: { id: 'room-1', kind: 'text' },
        startedAt: second(call?.startedAt),
        acceptedAt: second(call?.acceptedAt),
        endedAt: second(call?.endedAt),
        cause: 'hangup',
        result: 'NormalEnd',
      },
    });
  });
});
