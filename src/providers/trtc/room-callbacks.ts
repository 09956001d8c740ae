import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { ProviderReport } from '../../call/events.js';
import { parseWireJson } from '../../contract/wire-json.js';
import type { RoomCallbackReader, RoomNews } from '../../ports/room-callbacks.js';

export interface RoomCallbackSettings {
  readonly sdkAppId: number;
  /** Set in TRTC's console. */
  readonly key: string;
}

const ROOM = 1;
const INGEST = 7;
const INGEST_STARTED = 701;
const SUCCESS = 0;
const DISMISSED = 102;
const ENTERED = 103;
const EXITED = 104;

/** Names of rooms and users, which may be printed as numbers of more than 53 bits. */
const name = z.union([z.string(), z.number(), z.bigint()]).transform(String);
const milliseconds = z.coerce.number().nonnegative();

const callback = z.object({
  EventGroupId: z.number(),
  EventType: z.number(),
  EventInfo: z.record(z.string(), z.unknown()),
});
const inRoom = z.object({ RoomId: name, UserId: name, EventMsTs: milliseconds });
const ofRoom = z.object({ RoomId: name, EventMsTs: milliseconds });
const ofTask = z.object({
  TaskId: z.string().min(1),
  EventMsTs: milliseconds,
  Status: z.number().optional(),
});

const NOTHING: RoomNews = { about: 'nothing' };

/** `Sign` covers the bytes of the body as they came. */
export const signatureOf = (key: string, body: Buffer): string =>
  createHmac('sha256', key).update(body).digest('base64');

export function createRoomCallbackReader(settings: RoomCallbackSettings): RoomCallbackReader {
  const isOurs = (sign: string | undefined, body: Buffer): boolean => {
    const [given, right] = [Buffer.from(sign ?? ''), Buffer.from(signatureOf(settings.key, body))];
    return given.length === right.length && timingSafeEqual(given, right);
  };
  return {
    read({ sign, sdkAppId }, body) {
      if (sdkAppId !== String(settings.sdkAppId) || !isOurs(sign, body)) return 'forged';
      const { data } = callback.safeParse(json(body));
      return data && newsIn(data);
    },
  };
}

function newsIn({ EventGroupId, EventType, EventInfo }: z.output<typeof callback>): RoomNews {
  if (EventGroupId === INGEST) {
    const { data } = ofTask.safeParse(EventInfo);
    if (data === undefined) return NOTHING;
    const { TaskId: taskId, EventMsTs: at, Status } = data;
    const report: ProviderReport =
      EventType === INGEST_STARTED && Status === SUCCESS
        ? { type: 'stream', now: 'playing', taskId }
        : { type: 'hint', at, parties: [], media: true };
    return { about: 'stream', taskId, report };
  }
  if (EventGroupId !== ROOM) return NOTHING;
  if (EventType === DISMISSED) {
    const { data } = ofRoom.safeParse(EventInfo);
    if (data === undefined) return NOTHING;
    const report = { type: 'room', event: 'dismissed', at: data.EventMsTs } as const;
    return { about: 'room', room: data.RoomId, report };
  }
  const event = EventType === ENTERED ? 'entered' : EventType === EXITED ? 'exited' : undefined;
  const { data } = inRoom.safeParse(EventInfo);
  if (data === undefined || event === undefined) return NOTHING;
  const { RoomId: room, UserId: userId, EventMsTs: at } = data;
  return { about: 'room', room, report: { type: 'room', event, userId, at } };
}

function json(body: Buffer): unknown {
  try {
    return parseWireJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
