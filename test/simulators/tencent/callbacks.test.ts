import { describe, expect, it, onTestFinished } from 'vitest';
import { readBody, serveOnLoopback } from '../../../src/simulators/loopback-server.js';
import type { TencentSimulator } from '../../../src/simulators/tencent/simulator.js';
import { END, post, SDK_APP_ID, simulator, started } from './fixtures.js';

interface Received {
  readonly query: Record<string, string>;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

const START_CALL = 'Call.CallbackAfterStartCall';
const CHANGED = 'Call.CallbackAfterMemberChanged';
const END_CALL = 'Call.CallbackAfterEndCall';
const SNOWFLAKE = '144115212830834855';

async function backend() {
  const received: Received[] = [];
  const { url, stop } = await serveOnLoopback(0, async (request, response) => {
    const text = await readBody(request);
    const query = Object.fromEntries(new URL(request.url ?? '/', 'http://x').searchParams);
    received.push({ query, text, body: JSON.parse(text) as Record<string, unknown> });
    response.end('{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}');
  });
  onTestFinished(stop);
  const arrived = async (count: number) => {
    await expect.poll(() => received.length).toBe(count);
    return received;
  };
  const of = (command: string) =>
    received.find(({ query }) => query.CallbackCommand === command) as Received;
  return { url: `${url}/tencent?secret=s1`, received, arrived, of };
}

const silent = { devices: [{ does: 'nothing' }] } as const;
const act = (running: TencentSimulator, callId: string, action: 'Accept' | 'HangUp') =>
  running.control.act({ callId, user: SNOWFLAKE, action });

describe('callbacks', () => {
  it('tell of the start, of each change and of the end', async () => {
    const { url, arrived, of } = await backend();
    const running = await simulator({ ...silent, callbackUrl: url });
    const callId = await started(running, [SNOWFLAKE]);
    act(running, callId, 'Accept');
    act(running, callId, 'HangUp');
    const received = await arrived(4);
    expect(received.filter(({ query }) => query.CallbackCommand === CHANGED)).toHaveLength(2);
    expect(of(START_CALL).query).toEqual({
      secret: 's1',
      SdkAppid: String(SDK_APP_ID),
      CallbackCommand: START_CALL,
      contenttype: 'json',
      ClientIP: '127.0.0.1',
      OptPlatform: 'RESTAPI',
    });
    expect(of(START_CALL).body).toEqual({
      CallbackCommand: START_CALL,
      CallInfo: {
        CallId: callId,
        CallMediaType: 'Video',
        ChatGroupId: '',
        RoomId: 'roomid-test',
        RoomIdType: 2,
      },
      UserList: [
        { User_Account: 'robot', Status: 'Calling' },
        { User_Account: SNOWFLAKE, Status: 'Waiting' },
      ],
      EventTime: expect.any(Number),
    });
    const changes = received.filter(({ query }) => query.CallbackCommand === CHANGED);
    expect(changes.map(({ body }) => body.ChangedUserList)).toEqual(
      expect.arrayContaining([
        [{ User_Account: SNOWFLAKE, ActionType: 'Accept' }],
        [{ User_Account: SNOWFLAKE, ActionType: 'Hangup' }],
      ]),
    );
    expect(of(END_CALL).body).toMatchObject({
      CallRecord: { CallId: callId, CallResult: 'NormalEnd', AcceptTime: expect.any(Number) },
    });
  });

  it('spell things the other way when told to, and print long accounts as numbers', async () => {
    const { url, arrived, of } = await backend();
    const running = await simulator({ ...silent, callbackUrl: url });
    running.control.shapes({
      accounts: 'number',
      callbackMedia: 'MediaType',
      actions: 'en',
      calleeList: 'without-caller',
    });
    const callId = await started(running, [SNOWFLAKE]);
    act(running, callId, 'Accept');
    await post(running, END, { CallId: callId });
    await arrived(3);
    expect(of(START_CALL).body.CallInfo).toMatchObject({ MediaType: 'Video' });
    expect(of(START_CALL).body.CallInfo).not.toHaveProperty('CallMediaType');
    expect(of(START_CALL).text).toContain(`"User_Account":${SNOWFLAKE},`);
    expect(of(CHANGED).text).toContain(`"ActionType":"Answer"`);
    expect(of(END_CALL).text).toContain(`"CalleeList_Account":[${SNOWFLAKE}]`);
  });

  it('go where set_callback says, for the commands that it names, until they are deleted', async () => {
    const { url, arrived, received } = await backend();
    const running = await simulator(silent);
    const config = (name: string, body = {}) => post(running, `call_config/${name}`, body);
    expect(await config('get_callback')).toMatchObject({ ErrorCode: 100301 });
    const setting = { Url: url, CallbackCommandList: [END_CALL] };
    expect(await config('set_callback', setting)).toMatchObject({ ErrorCode: 0 });
    expect((await config('get_callback')).Response).toEqual(setting);
    await post(running, END, { CallId: await started(running) });
    await arrived(1);
    expect(received[0]?.query.CallbackCommand).toBe(END_CALL);
    expect(await config('delete_callback')).toMatchObject({ ErrorCode: 0 });
    expect(await config('get_callback')).toMatchObject({ ErrorCode: 100301 });
    await post(running, END, { CallId: await started(running) });
    await config('set_callback', setting);
    const told = await started(running);
    await post(running, END, { CallId: told });
    await arrived(2);
    expect(received[1]?.body).toMatchObject({ CallRecord: { CallId: told } });
  });

  it.each([
    { Url: 'ftp://x' },
    { Url: 5 },
    { CallbackCommandList: ['Call.Other'] },
    { CallbackCommandList: 1 },
  ])('are not configured by %j', async (change) => {
    const running = await simulator();
    const good = { Url: 'http://127.0.0.1/', CallbackCommandList: [END_CALL] };
    const answer = await post(running, 'call_config/set_callback', { ...good, ...change });
    expect(answer).toMatchObject({ ErrorCode: 100002 });
  });

  it('are lost, doubled and overtaken when so ordered, and the ledger knows', async () => {
    const { url, arrived } = await backend();
    const running = await simulator({ ...silent, callbackUrl: url });
    const { control } = running;
    control.fault({ on: START_CALL, kind: 'lose-answer' });
    control.fault({ on: CHANGED, kind: 'slow-answer', ms: 3_000 });
    control.fault({ on: END_CALL, kind: 'twice' });
    const callId = await started(running, [SNOWFLAKE]);
    act(running, callId, 'Accept');
    await post(running, END, { CallId: callId });
    const received = await arrived(3);
    expect(received.map(({ query }) => query.CallbackCommand)).toEqual([
      END_CALL,
      END_CALL,
      CHANGED,
    ]);
    expect(control.faults().map(({ fired }) => fired)).toEqual([1, 1, 1]);
    await expect
      .poll(() => control.ledger().callbacks.map(({ status }) => status))
      .toEqual([200, 200, 200]);
  });

  it.each([
    ['twice', [START_CALL, START_CALL, END_CALL, END_CALL]],
    ['none', []],
    ['once', [START_CALL, END_CALL]],
  ] as const)('are delivered %s', async (how, commands) => {
    const { url, arrived } = await backend();
    const running = await simulator({ ...silent, callbackUrl: url });
    running.control.deliver({ how });
    const callId = await started(running);
    await arrived(commands.length / 2);
    await post(running, END, { CallId: callId });
    const received = await arrived(commands.length);
    expect(received.map(({ query }) => query.CallbackCommand)).toEqual(commands);
  });

  it('overtake each other when they are shuffled', async () => {
    const { url, arrived } = await backend();
    const running = await simulator({ ...silent, callbackUrl: url, delivery: 'shuffled' });
    const callId = await started(running, [SNOWFLAKE]);
    act(running, callId, 'Accept');
    act(running, callId, 'HangUp');
    const changes = (await arrived(4)).flatMap(({ body }) => body.ChangedUserList ?? []);
    expect(changes).toMatchObject([{ ActionType: 'Hangup' }, { ActionType: 'Accept' }]);
  });

  it('are sent again until they are taken, and no more often than was said', async () => {
    let answers = 0;
    const { url, stop } = await serveOnLoopback(0, async (_request, response) => {
      answers += 1;
      if (answers === 1) response.writeHead(500).end();
      else response.end(`{"ActionStatus":"OK","ErrorCode":${answers === 2 ? 1 : 0}}`);
    });
    onTestFinished(stop);
    const running = await simulator({ ...silent, callbackUrl: url, callbackRetryMs: [0, 10, 10] });
    await started(running);
    await expect
      .poll(() => running.control.ledger().callbacks.map(({ status }) => status))
      .toEqual([500, 200, 200]);
  });

  it('reach nobody, and say so, when nobody listens', async () => {
    const running = await simulator({ ...silent, callbackUrl: 'http://127.0.0.1:1/' });
    const callId = await started(running);
    await expect
      .poll(() => running.control.ledger().callbacks)
      .toEqual([{ command: START_CALL, callId }]);
  });
});
