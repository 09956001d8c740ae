import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/simulators/tencent/devices.js';
import type { TencentSimulator } from '../../../src/simulators/tencent/simulator.js';
import { END, INFO, post, RECORD, START, send, simulator, startBody, started } from './fixtures.js';
import {
  SAMPLE_INFO_REQUEST,
  SAMPLE_OF_THE_CHINESE_PAGE,
  SAMPLE_OF_THE_ENGLISH_PAGE,
} from './samples.js';

/** A minute of a call takes 0.6 s. */
const FAST = { speed: 100, recordDelayMs: 0 };
const SILENT: readonly Device[] = [{ does: 'nothing' }];

const users = async (running: TencentSimulator, CallId: string) =>
  (await post(running, INFO, { CallId })).Response?.UserList;

const recordOf = async (running: TencentSimulator, CallId: string) => {
  await expect.poll(async () => (await post(running, RECORD, { CallId })).ErrorCode).toBe(0);
  return (await post(running, RECORD, { CallId })).Response?.CallRecord;
};

describe('start_call_by_robot', () => {
  it.each([
    ['Chinese', SAMPLE_OF_THE_CHINESE_PAGE],
    ['English', SAMPLE_OF_THE_ENGLISH_PAGE],
  ])('takes the sample of the %s page and answers as the sample does', async (_, sample) => {
    const running = await simulator();
    const answer: unknown = await (await send(running.url, START, sample)).json();
    expect(answer).toEqual({
      ErrorCode: 0,
      ErrorInfo: '',
      ActionStatus: 'OK',
      RequestId: expect.stringMatching(/^Id-[0-9a-f]{32}-O-Seq-\d+$/),
      Response: {
        CallId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        CallResult: [{ Callee_Account: 'jack', ResultCode: 0 }],
      },
    });
    expect(running.control.ledger().calls[0]?.request.body).toEqual(JSON.parse(sample));
  });

  it('can answer without the id, as the other page has it, and still rings', async () => {
    const running = await simulator({ shapes: { startAnswer: 'without-call-id' } });
    expect(await post(running, START, startBody(['jack']))).not.toHaveProperty('Response');
    expect(running.control.ledger().calls).toHaveLength(1);
  });

  it.each([
    ['Robot_Account', { Robot_Account: '' }],
    ['CalleeList_Account', { CalleeList_Account: [] }],
    ['CalleeList_Account', { CalleeList_Account: [1] }],
    ['Timeout', { Timeout: 9_999 }],
    ['Timeout', { Timeout: 600_001 }],
    ['Timeout', { Timeout: undefined }],
    ['UserData', { UserData: '数'.repeat(334) }],
    ['MediaType', { CallInfo: { MediaType: 'video' } }],
    ['RoomId', { CallInfo: { MediaType: 'Audio', RoomId: 'a"b' } }],
    ['RoomId', { CallInfo: { MediaType: 'Audio', RoomId: '2147483648', RoomIdType: 1 } }],
    ['RoomIdType', { CallInfo: { MediaType: 'Audio', RoomId: '1', RoomIdType: 3 } }],
  ])('rings nobody and answers 101002 when %s is wrong', async (member, change) => {
    const running = await simulator();
    const answer = await post(running, START, { ...startBody(['jack']), ...change });
    expect(answer).toMatchObject({ ErrorCode: 101002, ErrorInfo: `${member} is wrong` });
    expect(running.control.ledger().calls).toEqual([]);
  });
});

describe('get_call_info', () => {
  it('knows nothing of the call in the sample request', async () => {
    const { url } = await simulator();
    const answer: unknown = await (await send(url, INFO, SAMPLE_INFO_REQUEST)).json();
    expect(answer).toMatchObject({ ActionStatus: 'FAIL', ErrorCode: 101004 });
  });

  it('lists the robot as calling and the callee as waiting, then both as calling', async () => {
    const running = await simulator({ devices: SILENT });
    const callId = await started(running);
    expect((await post(running, INFO, { CallId: callId })).Response).toEqual({
      CallInfo: {
        CallId: callId,
        MediaType: 'Video',
        ChatGroupId: '',
        RoomId: 'roomid-test',
        RoomIdType: 2,
      },
      UserList: [
        { User_Account: 'robot', Status: 'Calling' },
        { User_Account: 'jack', Status: 'Waiting' },
      ],
    });
    expect(running.control.act({ callId, user: 'jack', action: 'Accept' })).toBe(true);
    expect(await users(running, callId)).toEqual([
      { User_Account: 'robot', Status: 'Calling' },
      { User_Account: 'jack', Status: 'Calling' },
    ]);
  });

  it('does not list who is out, and is 101004 once the robot is alone', async () => {
    const running = await simulator({ devices: SILENT });
    const callId = await started(running, ['jack', 'jill']);
    running.control.act({ callId, user: 'jack', action: 'Reject' });
    expect(await users(running, callId)).toEqual([
      { User_Account: 'robot', Status: 'Calling' },
      { User_Account: 'jill', Status: 'Waiting' },
    ]);
    running.control.act({ callId, user: 'jill', action: 'Reject' });
    expect(await post(running, INFO, { CallId: callId })).toMatchObject({ ErrorCode: 101004 });
  });
});

describe('end_call', () => {
  it('ends the call once, and is 101004 for a second time', async () => {
    const running = await simulator({ devices: SILENT });
    const CallId = await started(running);
    expect(await post(running, END, { CallId })).toMatchObject({ ErrorCode: 0 });
    expect(await post(running, END, { CallId })).toMatchObject({ ErrorCode: 101004 });
    expect(await post(running, END, {})).toMatchObject({ ErrorCode: 101002 });
    expect(running.control.act({ callId: CallId, user: 'jack', action: 'Accept' })).toBe(false);
  });

  it('leaves a record of what was before: answered, or what is configured', async () => {
    const running = await simulator({ ...FAST, devices: SILENT, resultOfEndCall: 'Interrupt' });
    const ringing = await started(running);
    const answered = await started(running);
    running.control.act({ callId: answered, user: 'jack', action: 'Accept' });
    for (const CallId of [ringing, answered]) await post(running, END, { CallId });
    expect(await recordOf(running, ringing)).toMatchObject({
      CallResult: 'Interrupt',
      AcceptTime: 0,
    });
    expect(await recordOf(running, answered)).toMatchObject({ CallResult: 'NormalEnd' });
  });
});

describe('a callee', () => {
  const hangUp = { does: 'hang-up', afterMs: 3_000 } as const;
  const vanish = { does: 'vanish', afterMs: 3_000 } as const;

  it.each<[string, readonly Device[], string, readonly string[]]>([
    [
      'answers and hangs up',
      [{ does: 'answer', afterMs: 2_000, afterwards: hangUp }],
      'NormalEnd',
      ['Accept', 'HangUp'],
    ],
    [
      'answers and vanishes',
      [{ does: 'answer', afterMs: 2_000, afterwards: vanish }],
      'Offline',
      ['Accept', 'Offline'],
    ],
    ['rejects', [{ does: 'reject', afterMs: 2_000 }], 'Reject', ['Reject']],
    ['never answers', [{ does: 'nothing' }], 'NotAnswer', ['NotAnswer']],
    ['is busy', [{ does: 'busy', afterMs: 0 }], 'CallBusy', ['Busy']],
    ['is offline', [{ does: 'offline' }], 'Offline', ['Offline']],
  ])('who %s leaves the record that fits', async (_, devices, result, log) => {
    const running = await simulator({ ...FAST, heartbeatMs: 20_000 });
    running.control.script({ user: 'jack', devices });
    const CallId = await started(running);
    expect(await recordOf(running, CallId)).toMatchObject({ CallResult: result });
    expect(running.control.ledger().calls[0]?.log.map(({ what }) => what)).toEqual([
      'started',
      ...log,
      'ended',
    ]);
  });

  it('with several phones acts by the first of them alone', async () => {
    const running = await simulator(FAST);
    running.control.script({
      user: 'jack',
      devices: [
        { does: 'offline' },
        { does: 'reject', afterMs: 25_000 },
        { does: 'answer', afterMs: 5_000, afterwards: { does: 'hang-up', afterMs: 23_000 } },
      ],
    });
    const CallId = await started(running);
    expect(await recordOf(running, CallId)).toMatchObject({ CallResult: 'NormalEnd' });
    expect(running.control.ledger().calls[0]?.log).toMatchObject([
      { what: 'started' },
      { what: 'Accept', account: 'jack', device: 2 },
      { what: 'HangUp', account: 'jack', device: 2 },
      { what: 'ended' },
    ]);
  });

  it('who did nothing is out when the ring is over, while the others talk on', async () => {
    const running = await simulator({ ...FAST, devices: SILENT });
    running.control.script({ user: 'jill', devices: [{ does: 'answer', afterMs: 1_000 }] });
    const callId = await started(running, ['jack', 'jill']);
    await expect
      .poll(() => users(running, callId))
      .toEqual([
        { User_Account: 'robot', Status: 'Calling' },
        { User_Account: 'jill', Status: 'Calling' },
      ]);
    expect(running.control.ledger().calls[0]?.endedAt).toBeUndefined();
  });
});
