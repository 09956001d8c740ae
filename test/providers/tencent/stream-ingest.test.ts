import { describe, expect, it } from 'vitest';
import { startBody } from '../../../src/providers/tencent/start-body.js';
import { readStartRequest } from '../../../src/providers/tencent/start-request.js';

const KNOWS = { knowsNumericRooms: true };
const GUESSES = { knowsNumericRooms: false };
const StreamUrl = 'https://media.test/hello.mp4';

const read = (
  StreamIngest: unknown,
  settings: typeof KNOWS | undefined = GUESSES,
  CallInfo: object = {},
) =>
  readStartRequest(
    {
      Robot_Account: 'robot',
      CalleeList_Account: ['jack', 'kim'],
      Timeout: 30_000,
      CallInfo: { MediaType: 'Video', ...CallInfo },
      StreamIngest,
    },
    settings,
  );
const streamOf = (...asked: Parameters<typeof read>) => {
  const reading = read(...asked);
  return reading.kind === 'valid' ? reading.placing.stream : reading;
};

describe('StreamIngest', () => {
  it('needs nothing but an address, and plays as the robot', () => {
    expect(streamOf({ StreamUrl })).toEqual({ url: StreamUrl, userId: 'robot' });
    expect(streamOf({ StreamUrl, EndCallWhenFinished: false, Unknown: 1 })).toEqual({
      url: StreamUrl,
      userId: 'robot',
    });
  });

  it('has all its members read', () => {
    const all = {
      StreamUrl: 'rtmp://media.test/live',
      EndCallWhenFinished: true,
      UserId: 'dj_1',
      RepeatNum: -1,
      Volume: 0,
      SeekSecond: 7,
    };
    expect(streamOf(all)).toEqual({
      url: 'rtmp://media.test/live',
      endsCall: true,
      userId: 'dj_1',
      repeat: -1,
      volume: 0,
      seekSeconds: 7,
    });
  });

  it('is ours, and not told to Tencent', () => {
    const reading = read({ StreamUrl });
    if (reading.kind === 'invalid') throw new Error(reading.message);
    expect(JSON.stringify(startBody(reading.placing))).not.toContain('media.test');
    expect(reading.placing).not.toHaveProperty('extras');
  });

  it.each([
    ['StreamIngest', null],
    ['StreamIngest', 'https://media.test/'],
    ['StreamIngest', []],
    ['StreamIngest.StreamUrl', {}],
    ['StreamIngest.StreamUrl', { StreamUrl: 'file:///etc/passwd' }],
    ['StreamIngest.StreamUrl', { StreamUrl: 'https://' }],
    ['StreamIngest.StreamUrl', { StreamUrl: `https://media.test/${'x'.repeat(1_024)}` }],
    ['StreamIngest.EndCallWhenFinished', { StreamUrl, EndCallWhenFinished: 1 }],
    ['StreamIngest.UserId', { StreamUrl, UserId: 'with space' }],
    ['StreamIngest.UserId', { StreamUrl, UserId: 'x'.repeat(33) }],
    ['StreamIngest.UserId', { StreamUrl, UserId: 'jack' }],
    ['StreamIngest.RepeatNum', { StreamUrl, RepeatNum: 0 }],
    ['StreamIngest.RepeatNum', { StreamUrl, RepeatNum: 1_001 }],
    ['StreamIngest.Volume', { StreamUrl, Volume: 201 }],
    ['StreamIngest.SeekSecond', { StreamUrl, SeekSecond: -1 }],
  ])('is refused by the name of what is wrong: %s in %j', (field, value) => {
    expect(read(value)).toMatchObject({ kind: 'invalid', field });
  });

  it('is refused where nobody can be asked to play it', () => {
    expect(
      readStartRequest({
        Robot_Account: 'robot',
        CalleeList_Account: ['jack'],
        Timeout: 30_000,
        CallInfo: { MediaType: 'Video' },
        StreamIngest: { StreamUrl },
      }),
    ).toMatchObject({ kind: 'invalid', field: 'StreamIngest' });
  });

  it('does not play into a room of digits on a guess of what RoomIdType means', () => {
    const numeric = { RoomId: 123, RoomIdType: 1 };
    const text = { RoomId: '123', RoomIdType: 2 };
    for (const room of [numeric, text]) {
      expect(read({ StreamUrl }, GUESSES, room)).toMatchObject({
        kind: 'invalid',
        message: expect.stringContaining('TRTC_INGEST_ROOM_ID_TYPE'),
      });
      expect(read({ StreamUrl }, KNOWS, room)).toMatchObject({ kind: 'valid' });
    }
    expect(read({ StreamUrl }, KNOWS, { RoomId: '123' })).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('RoomIdType'),
    });
    expect(read({ StreamUrl }, GUESSES, { RoomId: 'lobby' })).toMatchObject({ kind: 'valid' });
  });
});
