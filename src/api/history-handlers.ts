import { eventView } from '../contract/event-view.js';
import { listedCallView, recordedCallView } from '../contract/history-view.js';
import type { QueryOf } from '../contract/routes.js';
import type { CallFilter } from '../service/call-history.js';
import type { CallService } from '../service/call-service.js';
import type { Answer, ApiCall } from './api-call.js';
import { cursorOf, limitOf, readCursor, readEventId } from './pages.js';

export async function getCall(
  service: CallService,
  { callId, userId }: ApiCall<'getCall'>,
): Promise<Answer<'getCall'>> {
  const state = await service.read(callId, userId);
  return { data: recordedCallView(state, userId, await service.quality(state)) };
}

export async function listCalls(
  service: CallService,
  { userId, query }: ApiCall<'listCalls'>,
): Promise<Answer<'listCalls'>> {
  const { cursor } = query;
  const { items, hasMore } = await service.list({
    filter: filterOf(query, userId),
    ...(cursor !== undefined && { after: readCursor(cursor) }),
    limit: limitOf(query),
  });
  const last = items.at(-1);
  const looksOn = userId ?? query.user_id;
  return {
    data: {
      calls: items.map((state) => listedCallView(state, looksOn)),
      next_cursor: hasMore && last !== undefined ? cursorOf(last) : null,
    },
  };
}

/** Who missed a call is asked of the user it is about, if there is one. */
function filterOf(query: QueryOf<'listCalls'>, userId: string | undefined): CallFilter {
  const { user_id: other, status, end_cause: cause, channel, missed, from, to } = query;
  const about = userId ?? other;
  return {
    parties: [userId, other].filter((each) => each !== undefined),
    ...(status !== undefined && { status }),
    ...(cause !== undefined && { cause }),
    ...(channel !== undefined && { channel }),
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
    ...(missed !== undefined && { missed: missed === 'true' }),
    ...(missed !== undefined && about !== undefined && { missedBy: about }),
  };
}

export async function listCallEvents(
  service: CallService,
  { callId, userId, query }: ApiCall<'listCallEvents'>,
): Promise<Answer<'listCallEvents'>> {
  const { items, hasMore } = await service.events(callId, userId, {
    ...(query.after !== undefined && { after: readEventId(query.after, callId) }),
    limit: limitOf(query),
  });
  const now = Date.now();
  return { data: { events: items.map((each) => eventView(each, now)), has_more: hasMore } };
}
