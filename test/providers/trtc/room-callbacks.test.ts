import { describe, expect, it } from 'vitest';
import {
  createRoomCallbackReader,
  signatureOf,
} from '../../../src/providers/trtc/room-callbacks.js';
import { signed } from '../../../src/simulators/trtc/callbacks.js';
import { SDK_APP_ID } from '../../support/robot-backend.js';

const KEY = '123654';
/** The published body, whose line breaks and tabs are signed, and its published signature. */
const PUBLISHED =
  '{\n\t"EventGroupId":\t2,\n\t"EventType":\t204,\n\t"CallbackTs":\t1664209748188,\n\t"EventInfo":\t{\n\t\t"RoomId":\t8489,\n\t\t"EventTs":\t1664209748,\n\t\t"EventMsTs":\t1664209748180,\n\t\t"UserId":\t"user_85034614",\n\t\t"Reason":\t0\n\t}\n}';
const SIGNATURE = 'kkoFeO3Oh2ZHnjtg8tEAQhtXK16/KI05W3BQff8IvGA=';
const sdkAppId = String(SDK_APP_ID);
const reader = createRoomCallbackReader({ sdkAppId: SDK_APP_ID, key: KEY });

const read = (body: object | string) => {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return reader.read({ sign: signatureOf(KEY, bytes), sdkAppId }, bytes);
};
const room = (EventType: number, EventInfo: object) =>
  read({ EventGroupId: 1, EventType, CallbackTs: 1, EventInfo });

describe('the signature of a callback', () => {
  it('is the published one of the published body, for us and for the stand-in', () => {
    expect(signatureOf(KEY, Buffer.from(PUBLISHED))).toBe(SIGNATURE);
    expect(signed(KEY, PUBLISHED)).toBe(SIGNATURE);
    const body = Buffer.from(PUBLISHED);
    expect(reader.read({ sign: SIGNATURE, sdkAppId }, body)).toEqual({ about: 'nothing' });
  });

  it.each([
    ['another body', SIGNATURE, sdkAppId, PUBLISHED.replace('8489', '8488')],
    ['the same body in other blanks', SIGNATURE, sdkAppId, PUBLISHED.replaceAll('\t', ' ')],
    ['no signature', undefined, sdkAppId, PUBLISHED],
    ['half a signature', SIGNATURE.slice(0, 20), sdkAppId, PUBLISHED],
    ['another application', SIGNATURE, '1', PUBLISHED],
    ['no application', SIGNATURE, undefined, PUBLISHED],
  ])('does not cover %s', (_what, sign, appId, body) => {
    expect(reader.read({ sign, sdkAppId: appId }, Buffer.from(body))).toBe('forged');
  });
});

describe('a callback of a room', () => {
  it.each([
    [103, 'entered'],
    [104, 'exited'],
  ])('of type %d says that a user has %s', (type, event) => {
    const info = { RoomId: 'call_7_1001', EventMsTs: 5, UserId: '10001', Reason: 2 };
    expect(room(type, info)).toEqual({
      about: 'room',
      room: 'call_7_1001',
      report: { type: 'room', event, userId: '10001', at: 5 },
    });
  });

  it('says that everybody is out when it is dismissed', () => {
    expect(room(102, { RoomId: 'call_7_1001', EventMsTs: '5' })).toEqual({
      about: 'room',
      room: 'call_7_1001',
      report: { type: 'room', event: 'dismissed', at: 5 },
    });
  });

  it('names users and rooms as they are, however long their numbers', () => {
    const body = `{"EventGroupId":1,"EventType":103,"EventInfo":{"RoomId":123,"EventMsTs":5,"UserId":144115212830834855}}`;
    expect(read(body)).toMatchObject({ room: '123', report: { userId: '144115212830834855' } });
  });

  it.each([
    [{ EventGroupId: 1, EventType: 101, EventInfo: { RoomId: 'r', EventMsTs: 1 } }],
    [{ EventGroupId: 2, EventType: 203, EventInfo: { RoomId: 'r', EventMsTs: 1, UserId: 'u' } }],
    [{ EventGroupId: 1, EventType: 103, EventInfo: { RoomId: 'r' } }],
    [{ EventGroupId: 7, EventType: 701, EventInfo: {} }],
    [{ EventGroupId: 99, EventType: 1, EventInfo: {} }],
  ])('may say nothing that a call would want to know: %j', (body) => {
    expect(read(body)).toEqual({ about: 'nothing' });
  });

  it.each(['', '{', '[]', '{"EventGroupId":1}'])('may not be readable: %j', (body) => {
    expect(read(body)).toBeUndefined();
  });
});

describe('a callback of a stream', () => {
  const ingest = (EventType: number, info: object) =>
    read({ EventGroupId: 7, EventType, CallbackMsTs: 1, EventInfo: { TaskId: 't-1', ...info } });

  it('says that it plays', () => {
    expect(ingest(701, { EventMsTs: 5, Status: 0 })).toEqual({
      about: 'stream',
      taskId: 't-1',
      report: { type: 'stream', now: 'playing', taskId: 't-1' },
    });
  });

  it.each([
    ['failed to start', 701, { EventMsTs: 5, Status: 1 }],
    ['is started again', 701, { EventMsTs: '5', Status: 2 }],
    ['may play or not', 701, { EventMsTs: 5 }],
    ['has stopped', 702, { EventMsTs: '5', Status: 0 }],
  ])('makes its call look when it %s', (_what, type, info) => {
    expect(ingest(type, info)).toEqual({
      about: 'stream',
      taskId: 't-1',
      report: { type: 'hint', at: 5, parties: [], media: true },
    });
  });
});
