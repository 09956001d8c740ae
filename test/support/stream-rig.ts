import { createStreamActivities } from '../../activities/streams.js';
import type { Room } from '../../src/call/state.js';
import type { StreamPlan } from '../../src/contract/robot-plan.js';
import type { CallResult } from '../../workflows/call/messages.js';
import type { CallOptions } from './calls.js';
import { createMediaInMemory, type MediaInMemory } from './media-in-memory.js';
import { aRecord } from './provider-in-memory.js';
import { aPlan } from './robot-backend.js';
import { aRobotCall } from './robot-calls.js';
import { type RobotRig, startRobotRig } from './robot-rig.js';

const URL = 'https://media.test/hello.mp4';
export const OURS: Room = {
  appId: '1',
  name: 'room-1',
  kind: 'text',
  isOurs: true,
  clears: true,
};

/** A worker that calls by robot and plays streams, with providers in memory. */
export interface StreamRig extends RobotRig {
  readonly media: MediaInMemory;
  /** Rings; the stream is as wanted. */
  rings(wanted?: Partial<StreamPlan> | 'none', more?: CallOptions): Promise<number>;
  /** The callee answers, and the stream has become so. */
  answers(callId: number, stream?: string): Promise<void>;
  /** The provider says that the call is over. */
  over(callId: number): Promise<CallResult>;
}

export async function startStreamRig(pace = { beginning: 20, playing: 20 }): Promise<StreamRig> {
  const media = createMediaInMemory();
  const stopping = new AbortController().signal;
  const rig = await startRobotRig({
    beside: () => createStreamActivities({ mediaRooms: media, pace, stopping }),
  });
  return {
    ...rig,
    media,
    async rings(wanted = {}, more = {}) {
      const call = aRobotCall({ room: OURS, ...(wanted !== 'none' && streamed(wanted)), ...more });
      const { callId } = (await rig.start(call)).state;
      await rig.seen(callId, ({ providerCallId }) => providerCallId !== undefined);
      return callId;
    },
    async answers(callId, kind = 'playing') {
      rig.provider.parties = [{ userId: 'jack', state: 'present' }];
      rig.provider.record_ = aRecord({ acceptedAt: Date.now() });
      await rig.seen(callId, ({ stream }) => stream?.kind === kind);
    },
    async over(callId) {
      rig.provider.parties = 'gone';
      return (await rig.result(callId)) as CallResult;
    },
  };
}

function streamed(wanted: Partial<StreamPlan>): CallOptions {
  const stream: StreamPlan = { url: URL, userId: 'robot', ...wanted };
  const { endsCall } = stream;
  return {
    robot: { ...aPlan(), stream },
    stream: { userId: 'robot', ...(endsCall && { endsCall }) },
  };
}
