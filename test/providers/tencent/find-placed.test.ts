import { describe, expect, it } from 'vitest';
import type { LostPlacing } from '../../../src/ports/robot-calls.js';
import { type Line, line, PLACING, placed } from './fixtures.js';

const lost = (change: Partial<LostPlacing> = {}): LostPlacing => ({
  placing: PLACING,
  sentAt: Date.now() - 60_000,
  until: Date.now(),
  ...change,
});

const nobodys = async () => false;

/** A call that rang and is over. */
async function ended(there: Line, change: Parameters<typeof placed>[1] = {}) {
  const callId = await placed(there, change);
  await there.robotCalls.end(callId);
  return callId;
}

describe('a placing whose answer was lost', () => {
  it('is found once it is over, by its room', async () => {
    const there = await line();
    const { control } = there.simulator;
    control.fault({ on: 'start_call_by_robot', kind: 'lose-answer' });
    const sentAt = Date.now();
    expect(await there.robotCalls.place(PLACING)).toMatchObject({ kind: 'unknown' });
    const search = lost({ sentAt, until: Date.now() });
    expect(await there.robotCalls.findPlaced(search, nobodys)).toEqual({ kind: 'none' });
    const callId = control.ledger().calls[0]?.id ?? '';
    control.act({ callId, user: 'jack', action: 'Reject' });
    expect(await there.robotCalls.findPlaced(search, nobodys)).toMatchObject({
      kind: 'found',
      record: { providerCallId: callId, cause: 'rejected', result: 'Reject' },
    });
  });

  it('is not taken for a call of another robot, other people, another room or time', async () => {
    const there = await line();
    await ended(there, { robot: 'other' });
    await ended(there, { callees: ['jill'] });
    await ended(there, { callees: ['jack', 'jill'] });
    await ended(there, { room: { id: 'room-2', kind: 'text' } });
    const numeric = { id: '123', kind: 'numeric' } as const;
    await ended(there, { room: numeric });
    const find = (change: Partial<LostPlacing>) =>
      there.robotCalls.findPlaced(lost(change), nobodys);
    expect(await find({})).toEqual({ kind: 'none' });
    const textRoom = { ...PLACING, room: { id: '123', kind: 'text' } } as const;
    expect(await find({ placing: textRoom })).toEqual({ kind: 'none' });
    expect(await find({ placing: { ...PLACING, room: numeric } })).toMatchObject({ kind: 'found' });
    expect(await find({ placing: { ...PLACING, room: { id: '123' } } })).toMatchObject({
      kind: 'found',
    });
    await ended(there);
    expect(await find({})).toMatchObject({ kind: 'found' });
    const hourAgo = { sentAt: Date.now() - 3_600_000, until: Date.now() - 3_500_000 };
    expect(await find(hourAgo)).toEqual({ kind: 'none' });
    // Near enough for the records to be asked for.
    const soon = { sentAt: Date.now() + 30_000, until: Date.now() + 60_000 };
    expect(await find(soon)).toEqual({ kind: 'none' });
  });

  it('is ambiguous when two calls fit, and neither is chosen', async () => {
    const there = await line();
    const ids = [await ended(there), await ended(there)];
    const outcome = await there.robotCalls.findPlaced(lost(), nobodys);
    expect(outcome.kind).toBe('ambiguous');
    if (outcome.kind === 'ambiguous') {
      expect([...outcome.providerCallIds].sort()).toEqual(ids.sort());
    }
  });

  it('is the one of two that fit which is no other call of ours', async () => {
    const there = await line();
    const [first, second] = [await ended(there), await ended(there)];
    const isOurs = async (id: string) => id === first;
    expect(await there.robotCalls.findPlaced(lost(), isOurs)).toMatchObject({
      kind: 'found',
      record: { providerCallId: second },
    });
  });

  it('is found on the second page of records', async () => {
    const there = await line({ ratePerSecond: 10_000 });
    const callId = await ended(there);
    for (let nth = 0; nth < 101; nth += 1) await ended(there, { callees: ['jill'] });
    expect(await there.robotCalls.findPlaced(lost(), nobodys)).toMatchObject({
      kind: 'found',
      record: { providerCallId: callId },
    });
    expect(there.simulator.control.ledger().requests.get_record_by_filter).toBe(2);
  });

  it('is unknown, not absent, when the search was not answered', async () => {
    const there = await line();
    await ended(there);
    const on = 'get_record_by_filter';
    there.simulator.control.fault({ on, kind: 'code', code: 60007 });
    there.simulator.control.fault({ on, kind: 'malformed' });
    there.simulator.control.fault({ on, kind: 'no-call-id' });
    const outcomes = [];
    for (let nth = 0; nth < 4; nth += 1) {
      outcomes.push(await there.robotCalls.findPlaced(lost(), nobodys));
    }
    expect(outcomes).toMatchObject([
      { kind: 'unknown', throttled: true },
      { kind: 'unknown', throttled: false },
      { kind: 'unknown', throttled: false },
      { kind: 'found' },
    ]);
  });
});
