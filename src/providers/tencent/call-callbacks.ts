import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { PartyFact } from '../../call/party-facts.js';
import type { ReceivedCallback, RobotHint } from '../../contract/robot-hint.js';
import { parseWireJson } from '../../contract/wire-json.js';
import type { CallbackReader } from '../../ports/provider-callbacks.js';
import { account, endedWord, readCallRecord } from './call-records.js';
import { readRoom } from './rooms.js';

export interface CallbackSettings {
  readonly sdkAppId: number;
  readonly secret: string;
  /** Milliseconds since the epoch: when a callback came that does not say when it was sent. */
  readonly now?: () => number;
}

/** Both pages' spellings, without case, blanks and underscores; one of them is a slip of theirs. */
const FACTS: ReadonlyMap<string, PartyFact> = new Map<string, PartyFact>([
  ['accept', 'answered'],
  ['answer', 'answered'],
  ['join', 'answered'],
  ['invite', 'ringing'],
  ['invited', 'ringing'],
  ['reject', 'rejected'],
  ['busy', 'busy'],
  ['linebusy', 'busy'],
  ['callbusy', 'busy'],
  ['notanswer', 'no_answer'],
  ['noanswer', 'no_answer'],
  ['cancelinvite', 'no_answer'],
  ['canncelinvite', 'no_answer'],
  ['hangup', 'left'],
  ['offline', 'unreachable'],
]);

const factOf = (action: string): PartyFact | undefined =>
  FACTS.get(action.toLowerCase().replaceAll(/[^a-z]/g, ''));

const callInfo = z.object({
  CallId: z.string().min(1),
  RoomId: z.unknown(),
  RoomIdType: z.unknown(),
});
const users = z.array(z.object({ User_Account: account }));
const time = z.number().nonnegative().optional().catch(undefined);

const started = z.object({ CallInfo: callInfo, UserList: users, EventTime: time });
const changed = z.object({
  CallId: z.string().min(1),
  ChangedUserList: z.array(z.object({ User_Account: account, ActionType: z.string() })),
  EventTime: time,
});
const ended = z.object({ CallRecord: z.unknown(), EventTime: time });

/** Of each command; what does not have the documented members says nothing to us. */
const READERS: Readonly<Record<string, (body: unknown, now: number) => RobotHint | undefined>> = {
  'Call.CallbackAfterStartCall'(body, now) {
    const { data } = started.safeParse(body);
    if (data === undefined) return undefined;
    const { CallId: providerCallId, RoomId, RoomIdType } = data.CallInfo;
    const reading = readRoom(RoomId, RoomIdType);
    const room = reading.kind === 'valid' ? reading.room : undefined;
    const about = room && { room, users: data.UserList.map((each) => each.User_Account) };
    return { providerCallId, at: data.EventTime ?? now, parties: [], ...(about && { about }) };
  },

  'Call.CallbackAfterMemberChanged'(body, now) {
    const { data } = changed.safeParse(body);
    if (data === undefined) return undefined;
    const parties = data.ChangedUserList.flatMap(({ User_Account: userId, ActionType }) => {
      const fact = factOf(ActionType);
      return fact === undefined ? [] : [{ userId, fact }];
    });
    return { providerCallId: data.CallId, at: data.EventTime ?? now, parties };
  },

  'Call.CallbackAfterEndCall'(body, now) {
    const { data } = ended.safeParse(body);
    const record = readCallRecord(data?.CallRecord);
    if (record === undefined) return undefined;
    const { providerCallId, room, robot, callees } = record;
    return {
      providerCallId,
      at: data?.EventTime ?? now,
      parties: [],
      ...(room.id !== '' && { about: { room, users: [robot, ...callees] } }),
      ended: endedWord(record),
    };
  },
};

const json = (body: string): unknown => {
  try {
    return parseWireJson(body);
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Callbacks of Tencent's Call service. They are not signed: what keeps strangers out is the secret in
 * the path, and what is said is believed only when it is asked for.
 */
export function createCallbackReader(settings: CallbackSettings): CallbackReader {
  const { sdkAppId, secret, now = Date.now } = settings;
  return {
    knows: (offered) => timingSafeEqual(digest(offered), digest(secret)),
    read(query, text): ReceivedCallback | undefined {
      const named = new URLSearchParams(query);
      const appId = named.get('SdkAppid') ?? named.get('SdkAppId');
      const body = json(text);
      if (appId !== String(sdkAppId) || !isObject(body)) return undefined;
      const command = named.get('CallbackCommand') ?? '';
      const hint = Object.hasOwn(READERS, command) ? READERS[command]?.(body, now()) : undefined;
      const key = digest(`${command}\n${text}`).toString('base64url');
      return { key, command, query, body: text, ...(hint && { hint }) };
    },
  };
}
