import { createHmac } from 'node:crypto';
import type { Timers } from '../timers.js';
import type { TrtcBehaviour } from './settings.js';
import type { RoomWatcher, TrtcRoom } from './studio.js';

const WAYS = ['once', 'twice', 'shuffled', 'none'] as const;
/** How callbacks travel: `shuffled` ones overtake each other, `none` arrives; or one way after the other. */
export type RoomDelivery = (typeof WAYS)[number] | 'mixed';

export interface SentRoomCallback {
  readonly event: number;
  /** Missing: nobody answered. */
  readonly status?: number;
}

export interface RoomCallbackSender extends RoomWatcher {
  url: string | undefined;
  delivery: RoomDelivery;
  readonly sent: readonly SentRoomCallback[];
}

const ANSWER_WITHIN_MS = 5_000;
/** At once, then every ten seconds, for a minute. */
const RETRY_PAUSES_MS = [0, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000];
const SHUFFLING_MS = [600, 0, 300, 150];

export const signed = (key: string, body: string): string =>
  createHmac('sha256', key).update(body).digest('base64');

/** One of a numeric room is printed as a number, except where the room is dismissed. */
const idOf = ({ kind, name }: TrtcRoom): string | number =>
  kind === 'numeric' ? Number(name) : name;

export function createRoomCallbackSender(
  behaviour: TrtcBehaviour,
  timers: Timers,
): RoomCallbackSender {
  const sent: SentRoomCallback[] = [];
  let count = 0;

  const post = async (event: number, body: string): Promise<boolean> => {
    const headers = {
      'content-type': 'application/json',
      Sign: signed(behaviour.callbackKey, body),
      SdkAppId: String(behaviour.sdkAppId),
    };
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await fetch(sender.url ?? '', { method: 'POST', headers, body, signal }).catch(
      () => undefined,
    );
    sent.push({ event, ...(answer && { status: answer.status }) });
    return answer?.status === 200;
  };

  const deliver = async (event: number, body: string): Promise<void> => {
    if (await post(event, body)) return;
    for (const pause of RETRY_PAUSES_MS) {
      await timers.wait(pause);
      if (await post(event, body)) return;
    }
  };

  const send = (EventGroupId: number, EventType: number, EventInfo: object) => {
    count += 1;
    const next = WAYS[count % WAYS.length];
    const how = sender.delivery === 'mixed' ? next : sender.delivery;
    if (sender.url === undefined || how === 'none') return;
    const now = Date.now();
    const stamp = EventGroupId === 7 ? { CallbackMsTs: now } : { CallbackTs: now };
    const info = { ...EventInfo, EventMsTs: now };
    // Blanks and line breaks are part of what is signed.
    const body = JSON.stringify({ EventGroupId, EventType, ...stamp, EventInfo: info }, null, '\t');
    const shuffled = SHUFFLING_MS[count % SHUFFLING_MS.length] ?? 0;
    const copies = how === 'twice' ? 2 : 1;
    timers.after(how === 'shuffled' ? shuffled : 0, () => {
      for (let nth = 0; nth < copies; nth += 1) void deliver(EventType, body);
    });
  };

  const seconds = () => Math.floor(Date.now() / 1_000);
  const sender: RoomCallbackSender = {
    url: behaviour.callbackUrl === '' ? undefined : behaviour.callbackUrl,
    delivery: 'once',
    sent,
    entered: (room, UserId) =>
      send(1, 103, { RoomId: idOf(room), EventTs: seconds(), UserId, Role: 20, Reason: 1 }),
    exited: (room, UserId, Reason) =>
      send(1, 104, { RoomId: idOf(room), EventTs: seconds(), UserId, Role: 20, Reason }),
    dismissed: ({ name }) => send(1, 102, { RoomId: name, EventTs: seconds() }),
    taskStarted: ({ id: TaskId }, failed) => send(7, 701, { TaskId, Status: failed ? 1 : 0 }),
    taskEnded: ({ id: TaskId }) => send(7, 702, { TaskId, Status: 0 }),
  };
  return sender;
}
