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
    Invite: 'Invite',
    Join: 'Join',
  },
  en: {
    Accept: 'Answer',
    Reject: 'Reject',
    Busy: 'Reject',
    NotAnswer: 'NotAnswer',
    HangUp: 'Hang Up',
    Offline: 'Offline',
    Invite: 'Invited',
    Join: 'Join',
  },
};

const ANSWER_WITHIN_MS = 5_000;
/** Of one callback after the other, where they are to overtake each other. */
const SHUFFLING_MS = [600, 0, 300, 150];

export interface CallbackSender {
  config: CallbackConfig | undefined;
  readonly sent: readonly SentCallback[];
  started(call: Call): void;
  changed(call: Call, account: string, action: Action): void;
  ended(call: Call): void;
}

/** Posts once; whether it was taken: by HTTP, and by the word in the answer. */
const poster =
  (behaviour: Behaviour, sent: SentCallback[], config: () => CallbackConfig | undefined) =>
  async (command: CallbackCommand, callId: string, body: string): Promise<boolean> => {
    const url = new URL(config()?.Url ?? '');
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
    const said: unknown = await answer?.json().catch(() => undefined);
    return answer?.status === 200 && (said as { ErrorCode?: unknown })?.ErrorCode === 0;
  };

export function createCallbackSender(
  behaviour: Behaviour,
  rules: FaultRules<FaultKind>,
  timers: Timers,
): CallbackSender {
  const sent: SentCallback[] = [];
  const post = poster(behaviour, sent, () => sender.config);
  let count = 0;

  const deliver = async (command: CallbackCommand, callId: string, body: string) => {
    if (await post(command, callId, body)) return;
    for (const pause of behaviour.callbackRetryMs) {
      await timers.wait(pause);
      if (await post(command, callId, body)) return;
    }
  };

  const delayOf = (ordered: number | undefined) => {
    count += 1;
    const shuffled = SHUFFLING_MS[count % SHUFFLING_MS.length] ?? 0;
    return ordered ?? (behaviour.delivery === 'shuffled' ? shuffled : 0);
  };

  const send = (command: CallbackCommand, { id: callId, request }: Call, content: object) => {
    if (!sender.config?.CallbackCommandList.includes(command)) return;
    if (behaviour.delivery === 'none') return;
    const body = written({ CallbackCommand: command, ...content, EventTime: Date.now() });
    const fault = rules.next(command, request.robot);
    if (fault?.kind === 'lose-answer') return;
    const repeats = fault?.kind === 'twice' || behaviour.delivery === 'twice' ? 2 : 1;
    timers.after(delayOf(fault?.ms), () => {
      for (let nth = 0; nth < repeats; nth += 1) void deliver(command, callId, body);
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
