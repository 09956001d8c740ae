import { describe, expect, it } from 'vitest';
import { createCallbackReader } from '../../../src/providers/tencent/call-callbacks.js';
import { SDK_APP_ID } from '../../support/robot-backend.js';

const SECRET = 'a-secret-of-tests';
const NOW = 1_700_000_000_000;
const reader = createCallbackReader({ sdkAppId: SDK_APP_ID, secret: SECRET, now: () => NOW });

const START_CALL = 'Call.CallbackAfterStartCall';
const CHANGED = 'Call.CallbackAfterMemberChanged';
const END_CALL = 'Call.CallbackAfterEndCall';
const CALL_ID = '055662e1-bc8a-469c-a334-1126c8c17d58';

const query = (command: string, appId: string | number = SDK_APP_ID) =>
  `SdkAppid=${appId}&CallbackCommand=${command}&contenttype=json&ClientIP=1.2.3.4&OptPlatform=iOS`;
const read = (command: string, body: object | string) =>
  reader.read(query(command), typeof body === 'string' ? body : JSON.stringify(body));
const changed = (ActionType: string, User_Account: unknown = 'jack') =>
  read(CHANGED, {
    CallId: CALL_ID,
    UserList: [],
    ChangedUserList: [{ User_Account, ActionType }],
    EventTime: 1_687_267_440_123,
  })?.hint;

describe('a callback of the Call service', () => {
  it('is known by the secret at the end of its path', () => {
    expect(reader.knows(SECRET)).toBe(true);
    for (const other of ['', 'a', `${SECRET}x`, SECRET.toUpperCase()]) {
      expect(reader.knows(other)).toBe(false);
    }
  });

  it('is none of ours when it is about another application, or no JSON object', () => {
    expect(reader.read(query(CHANGED, 1), '{}')).toBeUndefined();
    expect(reader.read('CallbackCommand=x', '{}')).toBeUndefined();
    for (const body of ['', '{', '[]', '1', 'null']) expect(read(CHANGED, body)).toBeUndefined();
  });

  it('keeps what came, and has one key however often it comes', () => {
    const body = '{ "CallId" : "x" , "more":1.0 }';
    const one = read(CHANGED, body);
    expect(one).toMatchObject({ command: CHANGED, query: query(CHANGED), body });
    expect(reader.read(`${query(CHANGED)}&more=1`, body)?.key).toBe(one?.key);
    expect(read(CHANGED, `${body} `)?.key).not.toBe(one?.key);
    expect(read(END_CALL, body)?.key).not.toBe(one?.key);
  });

  it('is taken without being understood', () => {
    for (const command of [START_CALL, CHANGED, END_CALL, 'Call.Other', '']) {
      const callback = read(command, { CallId: 5 });
      expect(callback?.body).toBe('{"CallId":5}');
      expect(callback?.hint).toBeUndefined();
    }
  });
});

describe('what a callback hints at', () => {
  it.each([
    ['Accept', 'answered'],
    ['Answer', 'answered'],
    ['Join', 'answered'],
    ['Invite', 'ringing'],
    ['Invited', 'ringing'],
    ['Reject', 'rejected'],
    ['NotAnswer', 'no_answer'],
    ['Not Answer', 'no_answer'],
    ['Cancel_Invite', 'no_answer'],
    ['Canncel_Invite', 'no_answer'],
    ['HangUp', 'left'],
    ['Hangup', 'left'],
    ['Hang Up', 'left'],
    ['Offline', 'unreachable'],
  ])('is, of a change spelled %s, that the user is %s', (spelling, fact) => {
    expect(changed(spelling)).toEqual({
      providerCallId: CALL_ID,
      at: 1_687_267_440_123,
      parties: [{ userId: 'jack', fact }],
    });
  });

  it('is nothing of a change that nobody documents', () => {
    expect(changed('Levitate')).toMatchObject({ parties: [] });
  });

  it('is about the right user when the id has more than 53 bits', () => {
    const body = `{"CallId":"${CALL_ID}","ChangedUserList":[{"User_Account":144115212830834855,"ActionType":"Accept"}]}`;
    expect(read(CHANGED, body)?.hint).toEqual({
      providerCallId: CALL_ID,
      at: NOW,
      parties: [{ userId: '144115212830834855', fact: 'answered' }],
    });
  });

  it.each(['MediaType', 'CallMediaType'])('is, of a start with %s, where and with whom', (name) => {
    const users = [144115212830834, 'jack'].map((User_Account) => ({
      User_Account,
      Status: 'Waiting',
    }));
    const CallInfo = {
      CallId: CALL_ID,
      [name]: 'Video',
      ChatGroupId: '',
      RoomId: 'room-1',
      RoomIdType: 2,
    };
    expect(read(START_CALL, { CallInfo, UserList: users, EventTime: 7 })?.hint).toEqual({
      providerCallId: CALL_ID,
      at: 7,
      parties: [],
      about: { room: { id: 'room-1', kind: 'text' }, users: ['144115212830834', 'jack'] },
    });
  });

  it('has no room where the provider names none', () => {
    const CallInfo = { CallId: CALL_ID, RoomId: '', RoomIdType: 0 };
    const hint = read(START_CALL, { CallInfo, UserList: [], EventTime: 7 })?.hint;
    expect(hint).toEqual({ providerCallId: CALL_ID, at: 7, parties: [] });
  });

  it('is, of an end, how it ended', () => {
    const CallRecord = {
      CallId: CALL_ID,
      Caller_Account: 'robot',
      MediaType: 'Video',
      CallType: 'SingleCall',
      StartTime: 1_687_267_434,
      EndTime: 1_687_267_440,
      AcceptTime: 1_687_267_436,
      CallResult: 'NormalEnd',
      CalleeList_Account: ['robot', 'jack'],
      RoomId: 'room-1',
      RoomIdType: 2,
    };
    expect(read(END_CALL, { CallRecord, EventTime: 9 })?.hint).toEqual({
      providerCallId: CALL_ID,
      at: 9,
      parties: [],
      about: { room: { id: 'room-1', kind: 'text' }, users: ['robot', 'jack'] },
      ended: {
        cause: 'hangup',
        acceptedAt: 1_687_267_436_000,
        at: 1_687_267_440_000,
        evidence: 'NormalEnd, started 1687267434000, ended 1687267440000',
      },
    });
  });
});
