import { LRUCache } from 'lru-cache';
import { endIsCertain } from '../call/placing.js';
import { type CallState, callerOf, isOver } from '../call/state.js';
import { StoreUnavailable } from '../ports/reservations.js';
import type { Dependencies } from './dependencies.js';
import { type RobotCallStarted, type StartRobotCall, startRobotCall } from './start-robot-call.js';

/**
 * Robot calls by their provider's ids. An id that is `unknown` here may be known to the provider.
 * `again`: it cannot be told now, and the same request may be sent again.
 */
export interface RobotCallService {
  start(request: StartRobotCall): Promise<RobotCallStarted>;
  /** The call while its end is not certain. */
  read(providerCallId: string): Promise<CallState | 'over' | 'unknown' | 'again'>;
  /** The call once it is over. */
  ended(providerCallId: string): Promise<CallState | undefined>;
  /** `over`: its end was certain before. */
  end(providerCallId: string): Promise<'ended' | 'over' | 'unknown' | 'again'>;
}

const REMEMBERED_CALLS = 10_000;
/** Who reads waits longer than the three seconds that Tencent gives itself. */
const READ_WITHIN_MS = 2_500;
/** Commands name a terminal; a backend has none. */
const BACKEND = 'backend';

interface Known {
  readonly callId: number;
  readonly robot: string;
}

const known = (state: CallState): Known => ({
  callId: state.callId,
  robot: callerOf(state).userId,
});

export function createRobotCallService(deps: Dependencies): RobotCallService {
  const remembered = new LRUCache<string, Known>({ max: REMEMBERED_CALLS });
  const find = async (providerCallId: string): Promise<Known | undefined> => {
    const placedHere = remembered.get(providerCallId);
    if (placedHere !== undefined) return placedHere;
    const recorded = await deps.reader.findByProviderId(providerCallId);
    return recorded && known(recorded.state);
  };
  return {
    async start(request) {
      const started = await startRobotCall(deps, request);
      if (started.kind === 'placed') {
        const { callId, providerCallId } = started;
        remembered.set(providerCallId, { callId, robot: request.plan.robot });
      }
      return started;
    },
    async read(providerCallId) {
      const call = await find(providerCallId);
      if (call === undefined) return 'unknown';
      if ((await recordedEnd(deps, call)) !== undefined) return 'over';
      // The record of a live call may be older than a wish to end it, which makes its end certain.
      const state = await deps.engine.state(call.callId, READ_WITHIN_MS);
      if (state === undefined) return 'again';
      return endIsCertain(state) ? 'over' : state;
    },
    async ended(providerCallId) {
      const call = await find(providerCallId);
      return call && recordedEnd(deps, call);
    },
    async end(providerCallId) {
      const call = await find(providerCallId);
      if (call === undefined) return 'unknown';
      const by = { user_id: call.robot, terminal_id: BACKEND };
      const outcome = await deps.engine.command(call.callId, 'hangup', by);
      if (outcome.kind === 'done') return outcome.unchanged ? 'over' : 'ended';
      return outcome.kind === 'gone' ? 'over' : 'again';
    },
  };
}

/** A store that is away leaves it to the engine. */
async function recordedEnd(
  { reader }: Dependencies,
  { callId }: Known,
): Promise<CallState | undefined> {
  try {
    const recorded = await reader.find(callId);
    return recorded !== undefined && isOver(recorded.state) ? recorded.state : undefined;
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}
