import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../activities/webhook-outcome.js';
import type { NoRoom } from '../../src/ports/webhooks.js';

const T0 = 1_800_000_000_000;
const STANDARD = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(
  (seconds) => seconds * 1_000,
);
const answered = (httpStatus?: number, retryAfterMs?: number) => ({
  at: T0,
  durationMs: 10,
  excerpt: '',
  ...(httpStatus === undefined ? { error: 'timeout' } : { httpStatus }),
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
const chances = { schedule: STANDARD, now: T0, random: 0 };
const fresh = { tried: 0, since: T0 };

describe('what becomes of a webhook', () => {
  it.each([200, 201, 204, 299])('is delivered by %i', (status) => {
    expect(outcomeOf(answered(status), fresh, chances)).toEqual({ kind: 'delivered' });
  });

  it('is that its endpoint wants nothing more after 410', () => {
    expect(outcomeOf(answered(410), fresh, chances)).toEqual({ kind: 'gone' });
  });

  it.each([undefined, 199, 301, 400, 404, 429, 500, 503])('is tried again after %s', (status) => {
    const again = { kind: 'retry', at: T0 + 5_000 };
    expect(outcomeOf(answered(status), fresh, chances)).toEqual(again);
  });

  it('is tried no sooner than the endpoint asks for, and within a day', () => {
    const at = (ms: number) => outcomeOf(answered(503, ms), fresh, chances);
    expect(at(1_000)).toEqual({ kind: 'retry', at: T0 + 5_000 });
    expect(at(60_000)).toEqual({ kind: 'retry', at: T0 + 60_000 });
    expect(at(1_000 * 86_400_000)).toEqual({ kind: 'retry', at: T0 + 86_400_000 });
  });

  it('is ten attempts over a day, each step up to a fifth longer, and then it is dead', () => {
    for (const random of [0, 0.999]) {
      let now = T0;
      const waits: number[] = [];
      for (let tried = 0; ; tried += 1) {
        const outcome = outcomeOf(answered(500), { tried, since: T0 }, { ...chances, now, random });
        if (outcome.kind !== 'retry') {
          expect(outcome).toEqual({ kind: 'dead' });
          break;
        }
        waits.push((outcome.at - now) / 1_000);
        now = outcome.at;
      }
      const steps = [5, 295, 1_500, 5_400, 10_800, 18_000, 14_400, 21_600, 14_400];
      const stretched = steps.map((step) => step * (1 + 0.2 * random));
      expect(waits).toHaveLength(steps.length);
      waits.forEach((wait, index) => expect(wait).toBeCloseTo(stretched[index] ?? 0, 1));
    }
  });

  it('is one attempt for what waited for an earlier one until its own last time', () => {
    const late = { ...chances, now: T0 + 86_400_000 };
    expect(outcomeOf(answered(500), fresh, late)).toEqual({ kind: 'dead' });
    expect(outcomeOf(answered(200), fresh, late)).toEqual({ kind: 'delivered' });
  });
});

describe('what finds no room', () => {
  const after = (ageMs: number, noRoom: NoRoom = 'silent', random = 0) => {
    const now = T0 + ageMs;
    const answer = { ...answered(), noRoom };
    const outcome = outcomeOf(answer, { tried: 3, since: T0 }, { ...chances, now, random });
    return outcome.kind === 'wait' ? outcome.at - now : outcome.kind;
  };
  const DAY_MS = 86_400_000;

  it('waits half as long as it has waited, for two seconds at least and an hour at most', () => {
    expect([0, 1_000, 10_000, 600_000, 7_200_000, 80_000_000].map((age) => after(age))).toEqual([
      2_000, 2_000, 5_000, 300_000, 3_600_000, 3_600_000,
    ]);
    expect(after(10_000, 'silent', 1)).toBe(6_000);
    expect(after(10_000, 'full', 1)).toBe(6_000);
  });

  it('comes back less than fifty times in a day, and is given up where nothing is answered', () => {
    let age = 0;
    let times = 0;
    for (let wait = after(age); typeof wait === 'number'; wait = after(age)) {
      age += wait;
      times += 1;
    }
    expect(after(age)).toBe('dead');
    expect(age).toBeLessThan(DAY_MS + 3_600_000);
    expect(times).toBeLessThan(50);
  });

  it('is not given up where there will be room', () => {
    expect(after(2 * DAY_MS, 'full')).toBe(3_600_000);
  });
});
