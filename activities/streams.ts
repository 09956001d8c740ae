import { ApplicationFailure } from '@temporalio/activity';
import type { MediaEvidence, MediaOutcome, MediaRooms } from '../src/ports/media-rooms.js';
import type { StreamActivities } from '../workflows/call/stream-activities.js';
import { restsUnlessStopping } from './signs-of-life.js';

export interface StreamPace {
  /** Between looks at a stream that is to begin, and at one that plays, in milliseconds. */
  readonly beginning: number;
  readonly playing: number;
}
const PACE: StreamPace = { beginning: 1_000, playing: 5_000 };

export interface StreamWork {
  readonly mediaRooms: MediaRooms;
  readonly pace?: StreamPace;
  /** Aborted when this worker is about to stop: what waits goes on elsewhere at once. */
  readonly stopping: AbortSignal;
}

/** Plays streams into rooms, and clears rooms; see `StreamActivities`. */
export function createStreamActivities({ mediaRooms, pace = PACE, stopping }: StreamWork) {
  return {
    async startStream(order) {
      const outcome = await mediaRooms.start(order);
      if (outcome.kind === 'started') return outcome;
      const evidence = wordsOf(outcome.evidence);
      return { kind: outcome.kind === 'refused' ? 'refused' : 'lost', evidence };
    },

    async confirmStream({ taskId, until }) {
      const rest = restsUnlessStopping(stopping);
      for (;;) {
        const seen = await mediaRooms.look(taskId);
        if (seen.kind === 'playing') return 'playing';
        if (Date.now() >= until && seen.kind === 'gone') return 'gone';
        await rest(pace.beginning);
      }
    },

    async followStream({ taskId }) {
      const rest = restsUnlessStopping(stopping);
      while ((await mediaRooms.look(taskId)).kind !== 'gone') await rest(pace.playing);
    },

    stopStream: async ({ taskId }) => confirmed(await mediaRooms.stop(taskId)),

    clearRoom: async ({ room, userId }) =>
      confirmed(
        await (userId === undefined
          ? mediaRooms.dismiss(room)
          : mediaRooms.removeUser(room, userId)),
      ),
  } satisfies StreamActivities;
}

function confirmed(outcome: MediaOutcome): void {
  if (outcome.kind === 'done') return;
  throw ApplicationFailure.create({
    type: 'PROVIDER_DID_NOT_RELEASE',
    message: wordsOf(outcome.evidence),
  });
}

const wordsOf = (evidence: MediaEvidence): string =>
  Object.entries(evidence)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ') || 'no answer';
