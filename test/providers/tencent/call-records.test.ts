import { describe, expect, it } from 'vitest';
import { parseWireJson } from '../../../src/contract/wire-json.js';
import { readCallRecord } from '../../../src/providers/tencent/call-records.js';

const record = {
  CallId: '04c9a0ac',
  Caller_Account: 'robot',
  MediaType: 'Audio',
  CallType: 'SingleCall',
  StartTime: 1739868165,
  EndTime: 1739868200,
  AcceptTime: 0,
  CallResult: 'NotAnswer',
  CalleeList_Account: ['robot', 'jack'],
  RoomId: 'r',
  RoomIdType: 2,
};
const read = (change: object) => readCallRecord({ ...record, ...change });

describe('the end of a record', () => {
  it.each([
    ['Cancel', 0, 'cancelled'],
    ['Reject', 0, 'rejected'],
    ['NotAnswer', 0, 'no_answer'],
    ['NormalEnd', 1739868170, 'hangup'],
    ['CallBusy', 0, 'busy'],
    ['Interrupt', 1739868170, 'provider_lost'],
    ['Interrupt', 0, 'provider_lost'],
    ['Offline', 1739868170, 'provider_lost'],
    ['Offline', 0, 'unreachable'],
    ['SomethingNew', 0, 'provider_lost'],
    ['constructor', 0, 'provider_lost'],
    [3, 0, 'provider_lost'],
  ])('%s with acceptance at %i is %s', (CallResult, AcceptTime, cause) => {
    expect(read({ CallResult, AcceptTime })).toMatchObject({ cause, result: String(CallResult) });
  });

  it('says when somebody answered, and nothing where nobody did', () => {
    expect(read({ AcceptTime: 1739868170 })).toHaveProperty('acceptedAt', 1_739_868_170_000);
    expect(read({ AcceptTime: 0 })).not.toHaveProperty('acceptedAt');
    expect(read({ AcceptTime: undefined })).not.toHaveProperty('acceptedAt');
  });
});

describe('a record', () => {
  it('is read from numbers where the documents print numbers, without rounding', () => {
    const text = `{"CallId":"c","Caller_Account":144115212830834855,"StartTime":1,"EndTime":2,
      "CallResult":"Reject","CalleeList_Account":[9007199254740993,144115212830834855],
      "RoomId":123,"RoomIdType":"1"}`;
    expect(readCallRecord(parseWireJson(text))).toMatchObject({
      robot: '144115212830834855',
      callees: ['9007199254740993'],
      room: { id: '123', kind: 'numeric' },
    });
  });

  it.each([
    [2, { id: 'r', kind: 'text' }],
    ['2', { id: 'r', kind: 'text' }],
    [0, { id: 'r' }],
    [undefined, { id: 'r' }],
    ['String', { id: 'r' }],
  ])('has a room by the type %j, or of unknown kind', (RoomIdType, room) => {
    expect(read({ RoomIdType })?.room).toEqual(room);
  });

  it.each([
    { CallId: '' },
    { CallId: undefined },
    { StartTime: undefined },
    { EndTime: '1739868200' },
    { CallResult: undefined },
    { CalleeList_Account: 'jack' },
  ])('is none with %o', (change) => {
    expect(read(change)).toBeUndefined();
  });

  it.each([undefined, null, 5, 'text', []])('is none that is %o', (value) => {
    expect(readCallRecord(value)).toBeUndefined();
  });
});
