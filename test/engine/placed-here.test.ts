import { describe, expect, it } from 'vitest';
import { createPlacedHere } from '../../src/engine/placed-here.js';

const PLACED = { providerCallId: 'p', placing: { kind: 'placed' } } as const;
const TOKEN = new Uint8Array([1]);

function placingsWith(complete: () => Promise<void>) {
  const completed: unknown[] = [];
  const activity = {
    complete(_token: Uint8Array, result: unknown) {
      completed.push(result);
      return complete();
    },
  };
  return { ...createPlacedHere({ activity } as never), completed };
}
const soon = () => Date.now() + 60_000;

describe('what is placed in this process', () => {
  it('is told once its completion is confirmed', async () => {
    let confirm = () => {};
    const {
      expect: expectCall,
      begin,
      take,
      completed,
    } = placingsWith(() => new Promise((resolve) => (confirm = resolve)));
    expectCall(7, soon());
    const heard: unknown[] = [];
    const waiting = take(7);
    void waiting?.told.then((placed) => heard.push(placed));
    const telling = begin(7)?.tell(TOKEN, { type: 'placed' }, PLACED);
    await waiting?.begun;
    expect([completed, heard]).toEqual([[{ type: 'placed' }], []]);
    confirm();
    expect(await telling).toBe('told');
    expect(heard).toEqual([PLACED]);
  });

  it('is nobody’s where nobody waits, or nobody any more', async () => {
    const { expect: expectCall, begin, completed } = placingsWith(async () => undefined);
    expect(begin(7)).toBeUndefined();
    const waits = expectCall(7, soon());
    const here = begin(7);
    waits?.forget();
    expect(await here?.tell(TOKEN, {}, PLACED)).toBe('not-told');
    expect(begin(7)).toBeUndefined();
    expect(completed).toEqual([]);
  });

  it('is not told where the answer would come too late', async () => {
    const { expect: expectCall, begin, completed } = placingsWith(async () => undefined);
    expectCall(7, Date.now() + 2_999);
    expect(await begin(7)?.tell(TOKEN, {}, PLACED)).toBe('not-told');
    expect(completed).toEqual([]);
  });

  it('is not told where nothing was confirmed', async () => {
    const {
      expect: expectCall,
      begin,
      take,
    } = placingsWith(() => Promise.reject(new Error('no server')));
    expectCall(7, soon());
    expect(await begin(7)?.tell(TOKEN, {}, PLACED)).toBe('not-told');
    expect(take(7)).toBeDefined();
  });

  it('is told to one request: another one waits for the call', () => {
    const { expect: expectCall, take } = placingsWith(async () => undefined);
    const first = expectCall(7, soon());
    expect(expectCall(7, soon())).toBeUndefined();
    expect(take(7)).toBe(first);
    expect(take(7)).toBeUndefined();
  });

  it('is not waited for longer than its answer may take', async () => {
    const { expect: expectCall, begin } = placingsWith(async () => undefined);
    expectCall(7, Date.now() + 50);
    await expect.poll(() => begin(7)).toBeUndefined();
  });
});
