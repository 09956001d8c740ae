import { expect, it } from 'vitest';
import { findPlaced } from '../../../src/providers/twilio/find-placed.js';

const SENT_AT = Date.now();
const listed = (sid: string, agoMs: number, status = 'ringing') => ({
  sid,
  status,
  direction: 'outbound-api',
  dateCreated: new Date(SENT_AT - agoMs),
});

it.each([
  ['one that began just then', [listed('a', -500)], 'a'],
  ['one of a second that had begun before', [listed('a', 900)], 'a'],
  ['one that waits and has no time yet', [{ ...listed('a', 0, 'queued'), dateCreated: null }], 'a'],
  ['the call before, which is still there', [listed('a', 4_000, 'in-progress')], undefined],
  ['one beside the call before', [listed('b', -500), listed('a', 30_000, 'completed')], undefined],
  ['one long after the call before', [listed('b', -500), listed('a', 90_000, 'completed')], 'b'],
  ['one that is over', [listed('a', -500, 'busy')], undefined],
  ['one that another call dialled', [{ ...listed('a', 0), direction: 'outbound-dial' }], undefined],
])('of a placing that was not answered is told by %s', (_what, calls, sid) => {
  expect(findPlaced(calls, SENT_AT)).toBe(sid);
});
