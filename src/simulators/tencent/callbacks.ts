import type { FaultRules } from '../fault-rules.js';
import type { Timers } from '../timers.js';
import { printedAccount, written } from './answers.js';
import type { Action, Call } from './call.js';
import type { FaultKind } from './faults.js';
import { callRecord } from './records.js';
import type { Behaviour } from './settings.js';
import { userList } from './user-list.js';

export const CALLBACK_COMMANDS = [
  'Call.CallbackAfterStartCall',
  'Call.CallbackAfterMemberChanged',
  'Call.CallbackAfterEndCall',
] as const;
type CallbackCommand = (typeof CALLBACK_COMMANDS)[number];

export interface CallbackConfig {
  readonly Url: string;
  readonly CallbackCommandList: readonly string[];
}

export interface SentCallback {
  readonly command: CallbackCommand;
  readonly callId: string;
  /** Missing: nobody answered. */
  readonly status?: number;
}

/** How the two pages spell what a phone did. */
const SPELLINGS: Readonly<Record<'zh' | 'en', Readonly<Record<Action, string>>>> = {
  zh: {
    Accept: 'Accept',
    Reject: 'Reject',
    Busy: 'Reject',
    NotAnswer: 'NotAnswer',
    HangUp: 'Hangup',
    Offline: 'Offline',
  },
  en: {
    Accept: 'Answer',
    Reject: 'Reject',
    Busy: 'Reject',
    NotAnswer: 'NotAnswer',
    HangUp: 'Hang Up',
    Offline: 'Offline',
  },
};

const ANSWER_WITHIN_MS = 5_000;

export interface CallbackSender {
  config: CallbackConfig | undefined;
  readonly sent: readonly SentCallback[];
  started(call: Call): void;
  changed(call: Call, account: string, action: Action): void;
  ended(call: Call): void;
}

export function createCallbackSender(
  behaviour: Behaviour,
  rules: FaultRules<FaultKind>,
  timers: Timers,
): CallbackSender {
  const sent: SentCallback[] = [];

  const post = async (command: CallbackCommand, callId: string, body: string) => {
    const url = new URL(sender.config?.Url ?? '');
    const query = { SdkAppid: String(behaviour.sdkAppId), CallbackCommand: command };
    const more = { contenttype: 'json', ClientIP: '127.0.0.1', OptPlatform: 'RESTAPI' };
    for (const [name, value] of Object.entries({ ...query, ...more })) {
      url.searchParams.set(name, value);
    }
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body, signal }).catch(
      () => undefined,
    );
    sent.push({ command, callId, ...(answer && { status: answer.status }) });
  };

  const send = (command: CallbackCommand, { id: callId, request }: Call, content: object) => {
    if (!sender.config?.CallbackCommandList.includes(command)) return;
    const body = written({ CallbackCommand: command, ...content, EventTime: Date.now() });
    const fault = rules.next(command, request.robot);
    if (fault?.kind === 'lose-answer') return;
    const repeats = fault?.kind === 'twice' ? 2 : 1;
    timers.after(fault?.ms ?? 0, () => {
      for (let nth = 0; nth < repeats; nth += 1) void post(command, callId, body);
    });
  };

  const sender: CallbackSender = {
    config: undefined,
    sent,
    started(call) {
      const { id, request, members } = call;
      const { shapes } = behaviour;
      send('Call.CallbackAfterStartCall', call, {
        CallInfo: {
          CallId: id,
          [shapes.callbackMedia]: request.mediaType,
          ChatGroupId: '',
          RoomId: request.roomId,
          RoomIdType: request.roomIdType,
        },
        UserList: userList(members, shapes),
      });
    },
    changed(call, account, action) {
      const { id, members } = call;
      const { shapes } = behaviour;
      send('Call.CallbackAfterMemberChanged', call, {
        CallId: id,
        UserList: userList(members, shapes),
        ChangedUserList: [
          {
            User_Account: printedAccount(account, shapes.accounts),
            ActionType: SPELLINGS[shapes.actions][action],
          },
        ],
      });
    },
    ended(call) {
      const CallRecord = callRecord(call, behaviour.shapes);
      send('Call.CallbackAfterEndCall', call, { CallRecord });
    },
  };
  return sender;
}
