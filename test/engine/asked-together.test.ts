import { describe, expect, it } from 'vitest';
import { askedTogether } from '../../src/engine/asked-together.js';

/** Questions that wait until they are answered by hand, in their order. */
function byHand() {
  const open: { answer: (told: string) => void; fail: () => void }[] = [];
  const ask = askedTogether(
    (callId) =>
      new Promise<string>((resolve, reject) => {
        const answer = (told: string) => resolve(`${callId}: ${told}`);
        open.push({ answer, fail: () => reject(new Error('no answer')) });
      }),
  );
  return { ask, open };
}

describe('many who ask about one call', () => {
  it('share the question after the one that was under way when they came', async () => {
    const { ask, open } = byHand();
    const first = ask(1);
    const later = [ask(1), ask(1), ask(1)];
    open[0]?.answer('live');
    expect(await first).toBe('1: live');
    expect(open).toHaveLength(2);
    const latest = ask(1);
    open[1]?.answer('over');
    expect(await Promise.all(later)).toEqual(['1: over', '1: over', '1: over']);
    expect(open).toHaveLength(3);
    open[2]?.answer('still over');
    expect(await latest).toBe('1: still over');
  });

  it('ask again when the question before theirs failed', async () => {
    const { ask, open } = byHand();
    const first = ask(1);
    const second = ask(1);
    open[0]?.fail();
    await expect(first).rejects.toThrow('no answer');
    open[1]?.answer('live');
    expect(await second).toBe('1: live');
  });

  it('do not wait for those who ask about another', async () => {
    const { ask, open } = byHand();
    const [one, other] = [ask(1), ask(2)];
    open[1]?.answer('live');
    expect(await other).toBe('2: live');
    open[0]?.answer('over');
    expect(await one).toBe('1: over');
  });
});
