import { describe, expect, it } from 'vitest';
import type { CallEvent, StreamNews } from '../../src/call/events.js';
import { isToBePlayed } from '../../src/call/stream.js';
import { aCall, after, CALLEE } from './fixtures.js';

const placed: CallEvent = { type: 'placed', providerCallId: 'p-1' };
const answered: CallEvent = { type: 'party', userId: CALLEE, fact: 'answered' };
const stream = (now: StreamNews, taskId?: string): CallEvent => ({
  type: 'stream',
  now,
  ...(taskId !== undefined && { taskId }),
});
const called = (endsCall?: true) =>
  after(
    aCall({ channel: 'robot', stream: { userId: 'robot', ...(endsCall && { endsCall }) } }),
    placed,
  );
const talking = (endsCall?: true) => after(called(endsCall), answered);

describe('the stream of a call', () => {
  it('waits for the first answer, and plays no more once the call is to end', () => {
    expect(isToBePlayed(called())).toBe(false);
    expect(isToBePlayed(talking())).toBe(true);
    const ending = after(talking(), { type: 'end', by: 'ops', cause: 'ops_ended' });
    expect(ending.ending).toBeDefined();
    expect(isToBePlayed(ending)).toBe(false);
    expect(isToBePlayed(after(talking(), { type: 'forgotten' }))).toBe(false);
    expect(isToBePlayed(after(aCall({ channel: 'robot' }), placed, answered))).toBe(false);
  });

  it('is told of when it plays, when it is over and when it is given up', () => {
    const before = talking();
    const starting = after(before, stream('starting', 't-1'));
    expect(starting).toMatchObject({
      version: before.version + 1,
      stream: { kind: 'starting', taskId: 't-1' },
    });
    const playing = after(starting, stream('playing'));
    expect(playing).toMatchObject({ version: before.version + 2, stream: { kind: 'playing' } });
    expect(after(playing, stream('playing'))).toBe(playing);
    const over = after(playing, stream('ended'));
    expect(over).toMatchObject({ version: before.version + 3, stream: { kind: 'ended' } });
    expect(after(over, stream('ended'), stream('starting', 't-2'))).toBe(over);
    expect(over.ending).toBeUndefined();
  });

  it('plays as soon as its provider says so of its own accord, and then never failed to start', () => {
    const starting = after(talking(), stream('starting', 't-1'));
    expect(after(starting, stream('playing', 't-0'))).toBe(starting);
    const playing = after(starting, stream('playing', 't-1'));
    expect(playing.stream).toMatchObject({ kind: 'playing', taskId: 't-1' });
    expect(after(playing, stream('start-failed'))).toBe(playing);
  });

  it('is tried three times, under a new task each', () => {
    const once = after(talking(), stream('starting', 't-1'), stream('start-failed'));
    expect(once.stream).toEqual({ userId: 'robot', kind: 'waiting', failures: 1 });
    const twice = after(once, stream('start-failed'));
    expect(twice).toMatchObject({ version: once.version, stream: { failures: 2 } });
    const failed = after(twice, stream('start-failed'));
    expect(failed).toMatchObject({ version: once.version + 1, stream: { kind: 'failed' } });
    expect(failed.ending).toBeUndefined();
    expect(after(failed, stream('starting', 't-2'))).toBe(failed);
  });

  it.each([
    ['was heard', ['playing', 'ended'], 'stream_finished'],
    ['cannot be played', ['start-failed', 'start-failed', 'start-failed'], 'stream_failed'],
  ] as const)('ends the call on request when it %s', (_what, news, reason) => {
    const told = news.map((each) => stream(each));
    expect(after(talking(true), ...told).ending).toMatchObject({ cause: 'hangup', reason });
    expect(after(talking(), ...told).ending).toBeUndefined();
  });

  it('that is stopped because the call ends is nobody’s news', () => {
    const playing = after(talking(true), stream('starting', 't-1'), stream('playing'));
    const state = after(playing, stream('stopped'));
    expect(state).toMatchObject({ version: playing.version, stream: { kind: 'ended' } });
    expect(state.ending).toBeUndefined();
  });

  it('changes nothing of a call that is over', () => {
    const over = after(talking(true), { type: 'over', cause: 'hangup' });
    expect(after(over, stream('ended'), stream('stopped'))).toBe(over);
  });
});
