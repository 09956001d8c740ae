import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  after,
  calleeId,
  callerId,
  cancels,
  placed,
  rejects,
  START_BY,
  someone,
} from './fixtures.js';
import { DATABASES, type OpenedStore } from './stores.js';

const ROUNDS = { PGlite: 500, PostgreSQL: 10_000 };
const AT_ONCE = 8;

describe.each(DATABASES)('many calls on $name', ({ name, open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());

  it('leave no busy line, whether abandoned, cancelled or rejected', async () => {
    const outcomes = { reserved: 0, refused: 0 };
    const people = Array.from({ length: 10 * AT_ONCE }, someone);
    const round = async (number: number): Promise<void> => {
      const [caller, callee] = [pick(people, number), pick(people, number * 7 + 1)];
      if (caller === callee) return;
      // Of a conversation of its own: an equal create would be answered with the call of another round.
      const spec = { conversationId: String(number) };
      const state = await placed(store.reservations, { caller, callees: [callee], spec });
      const { kind } = await store.reservations.reserve({ state, startBy: START_BY });
      outcomes[kind === 'reserved' ? 'reserved' : 'refused'] += 1;
      if (kind !== 'reserved') return;
      if (number % 3 === 0) return store.reservations.abandon(state.callId);
      const event = number % 3 === 1 ? cancels(callerId(state)) : rejects(calleeId(state));
      const ended = after(state, event);
      await store.records.write(ended.state, ended.events);
    };
    const rounds = ROUNDS[name];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < rounds) await round(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    console.log(`${name}: ${outcomes.reserved} calls, ${outcomes.refused} refused as busy`);
    expect(outcomes.reserved).toBeGreaterThan(0.7 * rounds);
    expect(outcomes.refused).toBeGreaterThan(0);
    expect(await store.rows(sql`select * from busy_lines`)).toEqual([]);
  });
});

const pick = (people: readonly string[], number: number): string =>
  people[number % people.length] ?? '';
