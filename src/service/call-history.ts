import { type CallState, partyOf } from '../call/state.js';
import type {
  CallFilter,
  EventPosition,
  HistoryPosition,
  LastQuality,
  RecordedEvent,
} from '../ports/call-history.js';
import { StoreUnavailable } from '../ports/reservations.js';
import { CallError } from './call-error.js';
import type { Dependencies } from './dependencies.js';

export type { CallFilter, EventPosition, HistoryPosition };

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
}

export interface CallsWanted {
  readonly filter: CallFilter;
  readonly after?: HistoryPosition;
  readonly limit: number;
}

export interface EventsWanted {
  readonly after?: EventPosition;
  readonly limit: number;
}

/** Calls as they are written: the record of a live one is a moment behind. */
export async function listCalls(
  { history }: Dependencies,
  { filter, after, limit }: CallsWanted,
): Promise<Page<CallState>> {
  return page(await history.list(filter, after, limit + 1), limit);
}

/** @throws CallError 41010 unless the user is a party; a backend (no user) is told everything. */
export async function listCallEvents(
  { history, reader }: Dependencies,
  callId: number,
  userId: string | undefined,
  { after, limit }: EventsWanted,
): Promise<Page<RecordedEvent>> {
  const recorded = await reader.find(callId);
  if (recorded === undefined) throw new CallError(41001);
  if (userId !== undefined && partyOf(recorded.state, userId) === undefined) {
    throw new CallError(41010);
  }
  return page(await history.eventsOf(callId, after, limit + 1, userId), limit);
}

const page = <T>(found: readonly T[], limit: number): Page<T> => ({
  items: found.slice(0, limit),
  hasMore: found.length > limit,
});

/**
 * The last quality of each terminal: of the samples, which are complete a few seconds later, and of
 * the call itself. While the store is away what the call knows has to do.
 */
export async function qualityOf(
  { history }: Dependencies,
  call: CallState,
): Promise<LastQuality[]> {
  const sampled = await history.qualityOf(call.callId).catch((error: unknown) => {
    if (error instanceof StoreUnavailable) return [];
    throw error;
  });
  const latest = new Map<string, LastQuality>();
  for (const each of [...knownTo(call), ...sampled]) {
    const key = JSON.stringify([each.userId, each.terminalId]);
    if ((latest.get(key)?.at ?? 0) <= each.at) latest.set(key, each);
  }
  return [...latest.values()];
}

const knownTo = ({ parties }: CallState): LastQuality[] =>
  parties.flatMap(({ userId, media = {} }) =>
    Object.entries(media).flatMap(([terminalId, { quality, qualityAt }]) =>
      quality === undefined || qualityAt === undefined
        ? []
        : [{ userId, terminalId, quality, at: qualityAt }],
    ),
  );
