import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../src/service/dependencies.js';
import { type RobotBackend, robotBackend } from '../../support/robot-backend.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { aGate, placeIt, startedBy } from './fixtures.js';

let api: TestApi;
let backend: RobotBackend;
beforeAll(async () => {
  api = await startTestApi({ gate: aGate() });
  backend = robotBackend(api.url);
});
afterAll(() => api.stop());
beforeEach(() => {
  api.engine.onPlace = placeIt;
});

const REQUEST_ID = /^Id-[0-9a-f]{32}-O-Seq-\d+$/;

describe('a call that was started here', () => {
  it('shows who answered as Calling, who rings as Waiting, and not who is out', async () => {
    const CalleeList_Account = ['ann', 'bob', 'cleo'];
    const { CallId, callId } = await startedBy(backend, { CalleeList_Account });
    await api.engine.report(callId, { type: 'party', userId: 'ann', fact: 'answered' });
    await api.engine.report(callId, { type: 'party', userId: 'bob', fact: 'rejected' });
    const { Response } = await backend.send('get_call_info', { CallId });
    expect(Response?.UserList).toEqual([
      { User_Account: 'robot', Status: 'Calling' },
      { User_Account: 'ann', Status: 'Calling' },
      { User_Account: 'cleo', Status: 'Waiting' },
    ]);
  });

  it('shows a room without a type as it was named', async () => {
    const CallInfo = { MediaType: 'Video', RoomId: '123' };
    const { CallId } = await startedBy(backend, { CallInfo });
    const { Response } = await backend.send('get_call_info', { CallId });
    expect(Response?.CallInfo).toMatchObject({ RoomId: '123', RoomIdType: 0 });
  });

  it('has a numeric room where RoomId is a JSON number', async () => {
    const CallInfo = { MediaType: 'Video', RoomId: 123 };
    const { CallId } = await startedBy(backend, { CallInfo });
    const { Response } = await backend.send('get_call_info', { CallId });
    expect(Response?.CallInfo).toMatchObject({ RoomId: '123', RoomIdType: 1 });
  });

  it('is over for everybody from the moment its end is asked for', async () => {
    const { CallId } = await startedBy(backend);
    const ended = await backend.send('end_call', { CallId });
    expect(ended).toEqual({
      ErrorCode: 0,
      ErrorInfo: '',
      ActionStatus: 'OK',
      RequestId: expect.stringMatching(REQUEST_ID),
    });
    for (const command of ['end_call', 'get_call_info']) {
      expect(await backend.send(command, { CallId })).toMatchObject({
        ErrorCode: 101004,
        ActionStatus: 'FAIL',
        ErrorInfo: 'the call does not exist, or it has ended',
      });
    }
  });

  it.each([
    ['Tencent has forgotten it', { type: 'forgotten' }],
    ['its record is there', { type: 'over', cause: 'rejected' }],
  ] as const)('is over once %s', async (_what, report) => {
    const { CallId, callId } = await startedBy(backend);
    await api.engine.report(callId, report);
    for (const command of ['get_call_info', 'end_call']) {
      expect(await backend.send(command, { CallId })).toMatchObject({ ErrorCode: 101004 });
    }
  });

  it('is found by another process, whose record does not know its id yet', async () => {
    const { CallId } = await startedBy(backend);
    const other = robotBackend((await behind()).url);
    const { Response } = await other.send('get_call_info', { CallId });
    expect(Response?.CallInfo).toMatchObject({ CallId, RoomId: 'roomid-test' });
  });

  it('is never told from a record that may be older than its end', async () => {
    const { CallId } = await startedBy(backend);
    const slow = { ...api.engine, state: async () => undefined };
    const other = robotBackend((await behind({ engine: slow })).url);
    const retry = { ErrorCode: 101001, ActionStatus: 'FAIL' };
    expect(await other.send('get_call_info', { CallId })).toMatchObject(retry);
    expect(await backend.send('end_call', { CallId })).toMatchObject({ ErrorCode: 0 });
    expect(await other.send('get_call_info', { CallId })).toMatchObject(retry);
    expect(await other.send('end_call', { CallId })).toMatchObject({ ErrorCode: 101004 });
  });

  it('is ended by one of two who end it at the same time', async () => {
    const { CallId } = await startedBy(backend);
    const ends = [1, 2, 3].map(() => backend.send('end_call', { CallId }));
    const codes = (await Promise.all(ends)).map(({ ErrorCode }) => ErrorCode);
    expect(codes.sort((one, other) => one - other)).toEqual([0, 101004, 101004]);
  });

  /** A process that knows calls by their first record alone. */
  function behind(deps: Partial<Dependencies> = {}) {
    const { reader } = api.store;
    const atFirst = async (found: ReturnType<typeof reader.find>) => {
      const call = await found;
      if (call === undefined) return undefined;
      const { providerCallId: _unknown, ending: _too, ...state } = call.state;
      return { ...call, state };
    };
    return api.alongside({
      gate: aGate(),
      deps: {
        ...deps,
        reader: {
          ...reader,
          find: (callId: number) => atFirst(reader.find(callId)),
          findByProviderId: (id: string) => atFirst(reader.findByProviderId(id)),
        },
      },
    });
  }
});
