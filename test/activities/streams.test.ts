import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createStreamActivities } from '../../activities/streams.js';
import { createMediaInMemory, type MediaInMemory } from '../support/media-in-memory.js';

const pace = { beginning: 10, playing: 10 };
const room = { name: 'room-1', kind: 'text' } as const;
const order = { room, stream: { url: 'https://media.test/', userId: 'robot' }, longestMs: 1_000 };

const activities = (mediaRooms: MediaInMemory, stopping = new AbortController().signal) =>
  createStreamActivities({ mediaRooms, pace, stopping });
const watched = () => new MockActivityEnvironment({ heartbeatTimeoutMs: 30 });

describe('starting a stream', () => {
  it.each([
    ['refused', 'refused'],
    ['unknown', 'lost'],
    ['exists', 'lost'],
  ] as const)('that is %s is %s, with the provider’s words', async (kind, expected) => {
    const media = createMediaInMemory();
    media.onStart = async () => ({ kind, evidence: { word: 'Some.Word' } });
    const started = await watched().run(activities(media).startStream, order);
    expect(started).toEqual({ kind: expected, evidence: 'word=Some.Word' });
    expect(media.asked).toHaveLength(1);
  });
});

describe('looking whether a stream plays', () => {
  it('answers as soon as it does', async () => {
    const media = createMediaInMemory();
    media.seen = 'gone';
    const confirm = watched().run(activities(media).confirmStream, {
      taskId: 't',
      until: Date.now() + 60_000,
    });
    setTimeout(() => {
      media.seen = 'playing';
    }, 30);
    expect(await confirm).toBe('playing');
  });

  it('gives up what does not by then, but not on silence', async () => {
    const media = createMediaInMemory();
    media.seen = 'unknown';
    const confirm = watched().run(activities(media).confirmStream, { taskId: 't', until: 0 });
    setTimeout(() => {
      media.seen = 'gone';
    }, 50);
    expect(await confirm).toBe('gone');
  });

  it('answers when it plays no more, and not before', async () => {
    const media = createMediaInMemory();
    let over = false;
    const follow = watched()
      .run(activities(media).followStream, { taskId: 't' })
      .then(() => {
        over = true;
      });
    media.seen = 'unknown';
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(over).toBe(false);
    media.seen = 'gone';
    await follow;
  });

  it('goes on elsewhere when its worker stops', async () => {
    const stopping = new AbortController();
    const { followStream } = activities(createMediaInMemory(), stopping.signal);
    const follow = watched().run(followStream, { taskId: 't' });
    stopping.abort();
    await expect(follow).rejects.toMatchObject({ type: 'WORKER_STOPS' });
  });
});

describe('releasing', () => {
  it.each(['stopStream', 'clearRoom'] as const)(
    'is not done before it is confirmed: %s',
    async (what) => {
      const media = createMediaInMemory();
      const work = activities(media);
      const run = () =>
        what === 'stopStream'
          ? watched().run(work.stopStream, { taskId: 't' })
          : watched().run(work.clearRoom, { room });
      for (const kind of ['refused', 'unknown'] as const) {
        media.onRelease = async () => ({ kind, evidence: { word: 'InternalError' } });
        await expect(run()).rejects.toMatchObject({
          type: 'PROVIDER_DID_NOT_RELEASE',
          message: 'word=InternalError',
        });
      }
      media.onRelease = async () => ({ kind: 'done' });
      await run();
    },
  );

  it('shows out one user where one is named, and everybody where none is', async () => {
    const media = createMediaInMemory();
    const { clearRoom } = activities(media);
    await watched().run(clearRoom, { room, userId: 'robot' });
    await watched().run(clearRoom, { room });
    expect(media.asked).toEqual(['remove robot from room-1', 'dismiss room-1']);
  });
});
