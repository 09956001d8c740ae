import { describe, expect, it } from 'vitest';
import type { ProviderReport } from '../../src/call/events.js';
import { judge } from '../../src/call/transition.js';
import { callDetailView } from '../../src/contract/view.js';
import { aStart } from '../support/calls.js';
import { aRobotCall } from '../support/robot-calls.js';

const { state: start } = aStart(aRobotCall({ stream: { userId: 'robot' } }));
const shown = (...reports: readonly ProviderReport[]) =>
  callDetailView(reports.reduce((state, report) => judge(state, report, Date.now()).state, start))
    .stream;

const placed = { type: 'placed', providerCallId: 'p-1' } as const;
const answered = { type: 'party', userId: 'jack', fact: 'answered' } as const;
const stream = (now: 'starting' | 'playing' | 'start-failed') =>
  ({ type: 'stream', now, ...(now === 'starting' && { taskId: 't-1' }) }) as const;
const over = { type: 'over', cause: 'hangup' } as const;

describe('the stream of a call, as it is shown', () => {
  it('is what is known of it while the call is live', () => {
    expect(shown(placed)).toBe('waiting');
    expect(shown(placed, answered, stream('starting'))).toBe('starting');
    expect(shown(placed, answered, stream('starting'), stream('playing'))).toBe('playing');
  });

  it('plays no more once the call is over, whatever was known of it then', () => {
    expect(shown(placed, over)).toBe('ended');
    expect(shown(placed, answered, stream('starting'), over)).toBe('ended');
    expect(shown(placed, answered, stream('starting'), stream('playing'), over)).toBe('ended');
  });

  it('has failed although the call is over', () => {
    const thrice = Array.from({ length: 3 }, () => stream('start-failed'));
    expect(shown(placed, answered, ...thrice, over)).toBe('failed');
  });

  it('is none where none was asked for', () => {
    expect(callDetailView(aStart(aRobotCall()).state).stream).toBeNull();
  });
});
