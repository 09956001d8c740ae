import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWireJson } from '../../../src/contract/wire-json.js';
import { startBody } from '../../../src/providers/tencent/start-body.js';
import { readStartRequest } from '../../../src/providers/tencent/start-request.js';
import {
  SAMPLE_OF_THE_CHINESE_PAGE,
  SAMPLE_OF_THE_ENGLISH_PAGE,
} from '../../simulators/tencent/samples.js';
import { runs } from '../../support/runs.js';

const good = {
  Robot_Account: 'robot',
  CalleeList_Account: ['jack'],
  Timeout: 30_000,
  CallInfo: { MediaType: 'Video' },
};
const read = (change: object = {}) => readStartRequest({ ...good, ...change });
const readRoomOf = (callInfo: object) =>
  readStartRequest({ ...good, CallInfo: { MediaType: 'Video', ...callInfo } });
const room = (reading: ReturnType<typeof readStartRequest>) =>
  reading.kind === 'valid' ? reading.placing.room : reading;
/** What is sent to Tencent for what came in. */
const sent = (body: unknown): unknown => {
  const reading = readStartRequest(body);
  return reading.kind === 'valid' ? startBody(reading.placing) : reading;
};

describe('the sample request', () => {
  it.each([
    ['Chinese', SAMPLE_OF_THE_CHINESE_PAGE],
    ['English', SAMPLE_OF_THE_ENGLISH_PAGE],
  ])('of the %s page is read, and goes out as it came in', (_, sample) => {
    const body = parseWireJson(sample);
    const { OfflinePushInfo } = JSON.parse(sample) as { OfflinePushInfo: object };
    expect(readStartRequest(body)).toEqual({
      kind: 'valid',
      roomIsOurs: false,
      placing: {
        robot: 'robot',
        callees: ['jack'],
        media: 'video',
        room: { id: 'roomid-test', kind: 'text' },
        ringMs: 300_000,
        userData: 'userdata-12345687',
        extras: JSON.stringify({ OfflinePushInfo }),
      },
    });
    expect(sent(body)).toEqual(body);
  });
});

describe('a room', () => {
  it.each([
    [{ RoomId: 1 }, { id: '1', kind: 'numeric' }],
    [{ RoomId: 2_147_483_647 }, { id: '2147483647', kind: 'numeric' }],
    [
      { RoomId: 123, RoomIdType: 1 },
      { id: '123', kind: 'numeric' },
    ],
    [
      { RoomId: '123', RoomIdType: 1 },
      { id: '123', kind: 'numeric' },
    ],
    [
      { RoomId: '123', RoomIdType: 2 },
      { id: '123', kind: 'text' },
    ],
    [{ RoomId: '123' }, { id: '123' }],
    [{ RoomId: 'lobby' }, { id: 'lobby' }],
    [{ RoomId: 'lobby', RoomIdType: 0 }, { id: 'lobby' }],
    [{ RoomId: ' !#$%&()+-:;<=.>?@[]^_{}|~,' }, { id: ' !#$%&()+-:;<=.>?@[]^_{}|~,' }],
    [{ RoomId: 'r'.repeat(64) }, { id: 'r'.repeat(64) }],
  ])('of %j is respected', (callInfo, expected) => {
    expect(room(readRoomOf(callInfo))).toEqual(expected);
    expect(readRoomOf(callInfo)).toMatchObject({ roomIsOurs: false });
  });

  it.each([
    [{ RoomId: 123 }, { RoomId: '123', RoomIdType: 1 }],
    [
      { RoomId: '123', RoomIdType: 2 },
      { RoomId: '123', RoomIdType: 2 },
    ],
    [{ RoomId: '123' }, { RoomId: '123' }],
  ])('of %j is named to the provider as %j', (callInfo, named) => {
    expect(sent({ ...good, CallInfo: { MediaType: 'Video', ...callInfo } })).toMatchObject({
      CallInfo: { MediaType: 'Video', ...named },
    });
    const { CallInfo } = sent({ ...good, CallInfo: { MediaType: 'Video', ...callInfo } }) as {
      CallInfo: object;
    };
    expect(CallInfo).toEqual({ MediaType: 'Video', ...named });
  });

  it.each([
    ['RoomId', { RoomId: 0 }],
    ['RoomId', { RoomId: -1 }],
    ['RoomId', { RoomId: 1.5 }],
    ['RoomId', { RoomId: 2_147_483_648 }],
    ['RoomId', { RoomId: 9007199254740993n }],
    ['RoomId', { RoomId: '0', RoomIdType: 1 }],
    ['RoomId', { RoomId: '0123', RoomIdType: 1 }],
    ['RoomId', { RoomId: '2147483648', RoomIdType: 1 }],
    ['RoomId', { RoomId: 'lobby', RoomIdType: 1 }],
    ['RoomId', { RoomIdType: 1 }],
    ['RoomId', { RoomId: 'r'.repeat(65) }],
    ['RoomId', { RoomId: 'a"b' }],
    ['RoomId', { RoomId: 'a\\b' }],
    ['RoomId', { RoomId: 'a\n' }],
    ['RoomId', { RoomId: '大厅' }],
    ['RoomId', { RoomId: true }],
    ['RoomId', { RoomId: null }],
    ['RoomIdType', { RoomId: 123, RoomIdType: 2 }],
    ['RoomIdType', { RoomId: '123', RoomIdType: 3 }],
    ['RoomIdType', { RoomId: '123', RoomIdType: '1' }],
    ['RoomIdType', { RoomId: '123', RoomIdType: null }],
  ])('is refused, naming %s, for %o', (member, callInfo) => {
    expect(readRoomOf(callInfo)).toMatchObject({ kind: 'invalid', field: `CallInfo.${member}` });
  });

  it('that nobody asked for is made up, never numeric, new each time, and ours', () => {
    const absent = [{}, { RoomId: '' }, { RoomId: '', RoomIdType: 0 }, { RoomIdType: 2 }];
    const rooms = absent.map((callInfo) => {
      expect(readRoomOf(callInfo)).toMatchObject({ kind: 'valid', roomIsOurs: true });
      return room(readRoomOf(callInfo)) as { id: string; kind: string };
    });
    expect(new Set(rooms.map(({ id }) => id)).size).toBe(absent.length);
    for (const { id, kind } of rooms) {
      expect(id).toMatch(/^room-[0-9a-f-]{36}$/);
      expect(kind).toBe('text');
      expect(room(readRoomOf({ RoomId: id, RoomIdType: 2 }))).toEqual({ id, kind });
    }
  });
});

describe('a start request', () => {
  it.each([
    ['Video', 'Video'],
    ['video', 'Video'],
    ['AUDIO', 'Audio'],
    ['audio', 'Audio'],
  ])('may spell its media %s, which is sent as %s', (given, spelled) => {
    expect(sent({ ...good, CallInfo: { MediaType: given } })).toMatchObject({
      CallInfo: { MediaType: spelled },
    });
  });

  it('may ring from 10 to 600 seconds and carry up to 1000 bytes, untouched', () => {
    expect(read({ Timeout: 10_000 })).toMatchObject({ placing: { ringMs: 10_000 } });
    expect(read({ Timeout: 600_000 })).toMatchObject({ placing: { ringMs: 600_000 } });
    const userData = `${'数'.repeat(333)} `;
    expect(Buffer.byteLength(userData)).toBe(1_000);
    expect(sent({ ...good, UserData: userData })).toMatchObject({ UserData: userData });
    expect(sent({ ...good, UserData: '' })).toMatchObject({ UserData: '' });
    expect(sent(good)).not.toHaveProperty('UserData');
  });

  it.each<[string, unknown]>([
    ['body', null],
    ['body', []],
    ['body', 'text'],
    ['Robot_Account', { ...good, Robot_Account: '' }],
    ['Robot_Account', { ...good, Robot_Account: 5 }],
    ['Robot_Account', { ...good, Robot_Account: '机'.repeat(11) }],
    ['Robot_Account', { ...good, Robot_Account: 'a\0b' }],
    ['CalleeList_Account', { ...good, CalleeList_Account: [] }],
    ['CalleeList_Account', { ...good, CalleeList_Account: 'jack' }],
    ['CalleeList_Account', { ...good, CalleeList_Account: ['jack', ''] }],
    ['CalleeList_Account', { ...good, CalleeList_Account: [7] }],
    ['CalleeList_Account', { ...good, CalleeList_Account: ['j'.repeat(33)] }],
    ['CalleeList_Account', { ...good, CalleeList_Account: Array.from({ length: 51 }, String) }],
    ['CalleeList_Account', { ...good, CalleeList_Account: ['jack', 'jill', 'jack'] }],
    ['CalleeList_Account', { ...good, CalleeList_Account: ['jack', 'robot'] }],
    ['Timeout', { ...good, Timeout: undefined }],
    ['Timeout', { ...good, Timeout: 9_999 }],
    ['Timeout', { ...good, Timeout: 600_001 }],
    ['Timeout', { ...good, Timeout: 30_000.5 }],
    ['Timeout', { ...good, Timeout: '30000' }],
    ['UserData', { ...good, UserData: 5 }],
    ['UserData', { ...good, UserData: `${'数'.repeat(333)}ab` }],
    ['CallInfo', { ...good, CallInfo: undefined }],
    ['CallInfo', { ...good, CallInfo: [] }],
    ['CallInfo.MediaType', { ...good, CallInfo: {} }],
    ['CallInfo.MediaType', { ...good, CallInfo: { MediaType: 'Text' } }],
  ])('is refused, naming %s, when it is %j', (field, body) => {
    expect(readStartRequest(body)).toMatchObject({ kind: 'invalid', field });
  });

  it('hands unknown members on, at both levels, without rounding a number', () => {
    const body = parseWireJson(
      `{"Robot_Account":"robot","CalleeList_Account":["jack"],"Timeout":30000,"Trace":9007199254740993,
        "CallInfo":{"MediaType":"Video","RoomId":"r","ChatGroupId":"@TGS#1"},"Nested":{"Timeout":[1.5]}}`,
    );
    expect(sent(body)).toEqual(body);
  });

  it('goes out as it came in, whatever valid request it is', () => {
    const id = fc
      .string({ minLength: 1, maxLength: 32 })
      .filter((name) => name !== 'robot-of-ours');
    const extra = fc.dictionary(fc.constantFrom('OfflinePushInfo', 'X', 'y'), fc.jsonValue());
    const request = fc.record({
      Robot_Account: fc.constant('robot-of-ours'),
      CalleeList_Account: fc.uniqueArray(id, { minLength: 1, maxLength: 9 }),
      Timeout: fc.integer({ min: 10_000, max: 600_000 }),
      UserData: fc.string({ maxLength: 250 }),
      CallInfo: fc.record({
        MediaType: fc.constantFrom('Video', 'Audio'),
        RoomId: fc.stringMatching(/^[a-z0-9 .]{1,64}$/),
        RoomIdType: fc.constant(2),
      }),
    });
    fc.assert(
      fc.property(request, extra, (known, unknown) => {
        // Through text, as in life: JSON has no -0.
        const body = parseWireJson(JSON.stringify({ ...unknown, ...known }));
        expect(sent(body)).toEqual(body);
      }),
      { numRuns: runs(300) },
    );
  });
});
