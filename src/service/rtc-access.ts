import { LRUCache } from 'lru-cache';
import type { CallState } from '../call/state.js';
import type { RtcToken } from '../ports/rtc-tokens.js';
import { CallError } from './call-error.js';
import type { Dependencies } from './dependencies.js';
import { readCall } from './read-call.js';

const REMEMBERED_ROOMS = 10_000;

/** Mints tokens for rooms of calls. A call's room never changes, so it is looked up once. */
export interface RtcAccess {
  remember(callId: number, room: string): void;
  mint(callId: number, userId: string): Promise<RtcToken>;
}

export function rtcAccess(deps: Dependencies): RtcAccess {
  const rooms = new LRUCache<number, string>({ max: REMEMBERED_ROOMS });
  return {
    remember: (callId, room) => void rooms.set(callId, room),
    async mint(callId, userId) {
      const room = rooms.get(callId) ?? (await findRoom(deps, callId));
      if (room === undefined) throw new CallError(41008);
      rooms.set(callId, room);
      return deps.rtcTokens.mint({ userId, room });
    },
  };
}

/** Asks store and engine at once: a live call goes on at its usual speed while the store is silent. */
async function findRoom(deps: Dependencies, callId: number): Promise<string | undefined> {
  const roomIn = (state: CallState | undefined): string => {
    if (state?.room === undefined) throw new Error('not here');
    return state.room.name;
  };
  const stored = deps.reader.find(callId).then((recorded) => roomIn(recorded?.state));
  const live = deps.engine.state(callId).then(roomIn);
  return Promise.any([stored, live]).catch(async () => (await readCall(deps, callId)).room?.name);
}
