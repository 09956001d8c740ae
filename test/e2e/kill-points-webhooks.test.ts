import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { pointsOf, unknownTo } from '../support/kills/kill-plan.js';
import { auditWebhooks } from '../support/kills/webhooks/audit.js';
import { casesAt, STORIES, WEBHOOK_PLAN } from '../support/kills/webhooks/plan.js';
import { openTheatre, type Played, type Theatre } from '../support/kills/webhooks/theatre.js';

const RUN_LIMIT_MS = 600_000;

describe('the product, killed before and after each step of a webhook', () => {
  let theatre: Theatre;
  let points: readonly string[];
  let played: readonly Played[];

  beforeAll(async () => {
    theatre = await openTheatre(inject('temporalAddress'));
    points = pointsOf(WEBHOOK_PLAN, (await theatre.product.points()).declared);
  });
  afterAll(() => theatre?.close());

  it(
    'leaves each endpoint with every event that it wants, once by its id and in order',
    async () => {
      played = await theatre.play(casesAt(points, inject('effort') > 1));
      const wrong = await auditWebhooks(theatre, played);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
      expect(new Set(played.map(({ story }) => story))).toEqual(new Set(STORIES));
    },
    RUN_LIMIT_MS,
  );

  it('was killed at each of its points, in each story that passes it', async () => {
    const { declared, reached, killed } = await theatre.product.points();
    const times = (point: string) => played.filter((each) => each.point === point).length;
    for (const point of points) {
      const counts = `reached ${reached[point] ?? 0}, killed ${killed[point] ?? 0}`;
      process.stdout.write(`${point}: ${counts}\n`);
    }
    const startsMs = theatre.product.uptimes.map(({ startMs }) => startMs);
    process.stdout.write(`starts of the product (ms): ${startsMs.join(', ')}\n`);
    const missed = points.filter((point) => (killed[point] ?? 0) < Math.max(1, times(point)));
    if (missed.length > 0) throw new Error(`not killed: ${missed.join(', ')}`);
    expect(points.length).toBeGreaterThan(0);
    expect(unknownTo(WEBHOOK_PLAN, declared)).toEqual([]);
  });
});
