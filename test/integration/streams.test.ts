import { describe, expect, it } from 'vitest';
import { aStartBody, type Envelope } from '../support/robot-backend.js';
import { serviceReader } from '../support/service-reader.js';
import { startStreamStack } from '../support/tencent.js';

const StreamUrl = 'https://media.test/hello.mp4';
const CallInfo = { MediaType: 'Audio' };

const callIdOf = (answer: Envelope): string => {
  const id = answer.Response?.CallId;
  if (id === undefined) throw new Error(JSON.stringify(answer));
  return id;
};

describe('a backend that has a stream played to whom a robot calls', () => {
  it('hears it in the room of the call, which is closed when the call ends', async () => {
    const { insistent: backend, simulator, trtc, stack } = await startStreamStack();
    trtc.control.stream(StreamUrl, { ms: 600_000 });
    const body = aStartBody({
      CalleeList_Account: ['ann', 'bob'],
      CallInfo,
      StreamIngest: { StreamUrl },
    });
    const CallId = callIdOf(await backend.send('start_call_by_robot', body));
    const roomId = simulator.control.ledger().calls[0]?.request.roomId ?? '';
    const room = { name: roomId, kind: 'text' } as const;
    expect(trtc.control.ledger().tasks).toEqual([]);
    simulator.control.act({ callId: CallId, user: 'ann', action: 'Accept' });
    trtc.control.enter(room, 'ann');
    const read = await serviceReader(stack);
    await expect.poll(async () => (await read(1)).stream).toBe('playing');
    expect(trtc.control.ledger()).toMatchObject({
      rooms: { [`text:${roomId}`]: ['ann', 'robot'] },
      tasks: [{ room, userId: 'robot', url: StreamUrl }],
    });
    expect(await backend.send('end_call', { CallId })).toMatchObject({ ErrorCode: 0 });
    await expect
      .poll(() => trtc.control.ledger())
      .toMatchObject({ rooms: {}, tasks: [{ endedBy: 'stop' }] });
    expect(simulator.control.ledger().calls[0]?.endedAt).toBeDefined();
  });

  it('has the call end when everything was said', async () => {
    const { insistent: backend, simulator, trtc, stack } = await startStreamStack();
    trtc.control.stream(StreamUrl, { ms: 2_000 });
    const StreamIngest = { StreamUrl, EndCallWhenFinished: true };
    const body = aStartBody({ CallInfo, StreamIngest });
    const CallId = callIdOf(await backend.send('start_call_by_robot', body));
    simulator.control.act({ callId: CallId, user: 'jack', action: 'Accept' });
    const read = await serviceReader(stack);
    await expect
      .poll(async () => {
        const { status, end_cause, end_reason, stream } = await read(1);
        return { status, end_cause, end_reason, stream };
      })
      .toEqual({
        status: 'ended',
        end_cause: 'hangup',
        end_reason: 'stream_finished',
        stream: 'ended',
      });
    await expect.poll(() => simulator.control.ledger().calls[0]?.result).toBe('NormalEnd');
  });

  it('leaves a room of the backend’s own to those who are in it', async () => {
    const { insistent: backend, simulator, trtc } = await startStreamStack();
    trtc.control.stream(StreamUrl, { ms: 600_000 });
    const room = { name: 'roomid-test', kind: 'text' } as const;
    trtc.control.enter(room, 'host');
    const body = aStartBody({ StreamIngest: { StreamUrl, UserId: 'dj' } });
    const CallId = callIdOf(await backend.send('start_call_by_robot', body));
    simulator.control.act({ callId: CallId, user: 'jack', action: 'Accept' });
    const inRoom = () => trtc.control.ledger().rooms['text:roomid-test'];
    await expect.poll(inRoom).toEqual(['host', 'dj']);
    simulator.control.act({ callId: CallId, user: 'jack', action: 'HangUp' });
    await expect.poll(inRoom).toEqual(['host']);
    await expect.poll(() => trtc.control.ledger().requests.RemoveUserByStrRoomId).toBe(1);
    expect(trtc.control.ledger().requests).not.toHaveProperty('DismissRoomByStrRoomId');
  });

  it('is refused a stream into a numeric room while nobody said what RoomIdType means', async () => {
    const { insistent: backend, simulator } = await startStreamStack();
    const body = aStartBody({
      CallInfo: { MediaType: 'Video', RoomId: '123', RoomIdType: 1 },
      StreamIngest: { StreamUrl },
    });
    expect(await backend.send('start_call_by_robot', body)).toMatchObject({
      ErrorCode: 101002,
      ErrorInfo: expect.stringContaining('StreamIngest'),
    });
    expect(simulator.control.ledger().calls).toEqual([]);
  });
});
