import { callIdOfChannel } from '../contract/ids.js';
import type { CallReader } from '../ports/call-reader.js';
import type { CallMailbox, RoomNews } from '../ports/room-callbacks.js';

export interface RoomNewsDependencies {
  readonly reader: Pick<CallReader, 'findByStreamTask'>;
  readonly mailbox: CallMailbox;
}

/** Hands what was said of a room or stream to its call. Rejects when the store is away. */
export async function tellCall(
  { reader, mailbox }: RoomNewsDependencies,
  news: RoomNews,
): Promise<'taken' | 'away'> {
  if (news.about === 'nothing') return 'taken';
  const callId =
    news.about === 'room'
      ? callIdOfChannel(news.room)
      : (await reader.findByStreamTask(news.taskId))?.state.callId;
  return callId === undefined ? 'taken' : mailbox.report(callId, news.report);
}
