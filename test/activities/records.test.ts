import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createRecordActivities } from '../../activities/records.js';
import type { CallState } from '../../src/call/state.js';
import type { OutwardEvent } from '../../src/call/step.js';
import { StoreUnavailable } from '../../src/ports/reservations.js';
import { aStart } from '../support/calls.js';

const { state } = aStart();
const events: OutwardEvent[] = [{ type: 'call.incoming', version: 1, at: 1, userId: '20002' }];

const record = (write: (state: CallState, events: readonly OutwardEvent[]) => Promise<void>) => {
  const records = {
    async write(...given: Parameters<typeof write>) {
      await write(...given);
      return [];
    },
  };
  return new MockActivityEnvironment().run(createRecordActivities(records).recordCall, {
    state,
    events,
  });
};

describe('recordCall', () => {
  it('writes the call with its events', async () => {
    const written: unknown[] = [];
    await record(async (...given) => void written.push(given));
    expect(written).toEqual([[state, events]]);
  });

  it('fails so that it is tried again, saying that the store is away', async () => {
    await expect(
      record(() => Promise.reject(new StoreUnavailable('no connection'))),
    ).rejects.toMatchObject({ type: 'STORE_AWAY', message: 'no connection', nonRetryable: false });
  });

  it('does not relabel a bug', async () => {
    const bug = new TypeError('undefined is not a function');
    await expect(record(() => Promise.reject(bug))).rejects.toBe(bug);
  });
});
