import { LRUCache } from 'lru-cache';
import { endIsCertain } from '../call/placing.js';
import { type CallState, callerOf, isOver } from '../call/state.js';
import type { Dependencies } from './dependencies.js';
import { readCall } from './read-call.js';
import { type RobotCallStarted, type StartRobotCall, startRobotCall } from './start-robot-call.js';

/** Robot calls by their provider's ids. An id that is `unknown` here may be known to the provider. */
export interface RobotCallService {
  start(request: StartRobotCall): Promise<RobotCallStarted>;
  /** The call while its end is not certain. */
  read(providerCallId: string): Promise<CallState | 'over' | 'unknown'>;
  /** The call once it is over. */
  ended(providerCallId: string): Promise<CallState | undefined>;
  /** `again`: whether it was ended cannot be told; the same request may be sent again. */
  end(providerCallId: string): Promise<'ended' | 'over' | 'unknown' | 'again'>;
}

const REMEMBERED_CALLS = 10_000;
/** Commands name a terminal; a backend has none. */
const BACKEND = 'backend';

export function createRobotCallService(deps: Dependencies): RobotCallService {
  const known = new LRUCache<string, number>({ max: REMEMBERED_CALLS });
  const find = async (providerCallId: string): Promise<CallState | undefined> => {
    const callId = known.get(providerCallId);
    if (callId !== undefined) return readCall(deps, callId);
    const recorded = await deps.reader.findByProviderId(providerCallId);
    return recorded && readCall(deps, recorded.state.callId);
  };
  return {
    async start(request) {
      const started = await startRobotCall(deps, request);
      if (started.kind === 'placed') known.set(started.providerCallId, started.callId);
      return started;
    },
    async read(providerCallId) {
      const state = await find(providerCallId);
      if (state === undefined) return 'unknown';
      return endIsCertain(state) ? 'over' : state;
    },
    async ended(providerCallId) {
      const state = await find(providerCallId);
      return state !== undefined && isOver(state) ? state : undefined;
    },
    async end(providerCallId) {
      const state = await find(providerCallId);
      if (state === undefined) return 'unknown';
      if (endIsCertain(state)) return 'over';
      const by = { user_id: callerOf(state).userId, terminal_id: BACKEND };
      const { kind } = await deps.engine.command(state.callId, 'hangup', by);
      if (kind === 'done') return 'ended';
      return kind === 'gone' ? 'over' : 'again';
    },
  };
}
