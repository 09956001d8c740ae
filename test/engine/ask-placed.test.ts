import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { placedAsker } from '../../src/engine/ask-placed.js';
import { createPlacedHere } from '../../src/engine/placed-here.js';

const PLACED = { providerCallId: 'p', placing: { kind: 'placed' } } as const;
const LONG_MS = 60_000;
const TOKEN = new Uint8Array([1]);

/** A call of a provider that answers at once, and an engine that is asked by updates. */
function stage(answer: () => Promise<unknown>) {
  const asked: unknown[] = [];
  const handle = {
    executeUpdate(_name: unknown, { args }: { args: readonly unknown[] }) {
      asked.push(...args);
      return answer();
    },
  };
  const client = {
    workflow: { getHandle: () => handle },
    activity: { complete: async () => undefined },
  } as unknown as Client;
  const placings = createPlacedHere(client);
  return { asked, placings, placed: placedAsker(client, placings), alone: placedAsker(client) };
}
const never = () => new Promise(() => undefined);
const done = { kind: 'done', state: PLACED };

describe('what came of placing a call', () => {
  it('is heard in this process, and the call is not asked', async () => {
    const { asked, placings, placed } = stage(never);
    placings.expect(7, Date.now() + LONG_MS);
    const outcome = placed(7, LONG_MS);
    expect(await placings.begin(7)?.tell(TOKEN, {}, PLACED)).toBe('told');
    expect(await outcome).toEqual(done);
    expect(asked).toEqual([]);
    expect(placings.begin(7)).toBeUndefined();
  });

  it('is asked of the call where it is placed by another worker', async () => {
    const { asked, placings, placed } = stage(async () => PLACED);
    placings.expect(7, Date.now() + LONG_MS);
    expect(await placed(7, LONG_MS)).toEqual(done);
    expect(asked).toHaveLength(1);
    expect(placings.begin(7)).toBeUndefined();
  });

  it('is asked of the call where nothing is heard for a second, and heard all the same', async () => {
    const { asked, placings, placed } = stage(never);
    placings.expect(7, Date.now() + LONG_MS);
    const here = placings.begin(7);
    const outcome = placed(7, LONG_MS);
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBe(1);
    expect(await here?.tell(TOKEN, {}, PLACED)).toBe('told');
    expect(await outcome).toEqual(done);
  });

  it('is asked of the call at once where no worker shares the process, or nobody waits here', async () => {
    const { asked, placed, alone } = stage(async () => PLACED);
    expect(await alone(7, LONG_MS)).toEqual(done);
    expect(await placed(7, LONG_MS)).toEqual(done);
    expect(asked).toHaveLength(2);
  });

  it('is unknown when the time is over', async () => {
    const { placings, placed } = stage(never);
    placings.expect(7, Date.now() + LONG_MS);
    expect(await placed(7, 50)).toEqual({ kind: 'unknown' });
    expect(placings.begin(7)).toBeUndefined();
  });
});
