import type {
  IngestSeen,
  IngestStarted,
  MediaOutcome,
  MediaRooms,
} from '../../src/ports/media-rooms.js';

/** The port of rooms and streams with nothing behind it, driven by a test. */
export interface MediaInMemory extends MediaRooms {
  /** Every request that was made but looks, in order. */
  readonly asked: string[];
  /** What becomes of starting; by default the next task plays. */
  onStart: () => Promise<IngestStarted>;
  /** What is seen of every task. */
  seen: IngestSeen['kind'];
  /** What becomes of stopping, dismissing and removing. */
  onRelease: () => Promise<MediaOutcome>;
}

export function createMediaInMemory(): MediaInMemory {
  let tasks = 0;
  const media: MediaInMemory = {
    asked: [],
    seen: 'playing',
    onStart: async () => {
      tasks += 1;
      return { kind: 'started', taskId: `task-${tasks}` };
    },
    onRelease: async () => ({ kind: 'done' }),
    async start({ room, stream }) {
      media.asked.push(`start ${stream.userId} in ${room.kind} ${room.name}`);
      return media.onStart();
    },
    async look() {
      const { seen } = media;
      return seen === 'unknown' ? { kind: seen, evidence: {} } : { kind: seen };
    },
    async stop(taskId) {
      media.asked.push(`stop ${taskId}`);
      return media.onRelease();
    },
    async dismiss({ name }) {
      media.asked.push(`dismiss ${name}`);
      return media.onRelease();
    },
    async removeUser({ name }, userId) {
      media.asked.push(`remove ${userId} from ${name}`);
      return media.onRelease();
    },
  };
  return media;
}
