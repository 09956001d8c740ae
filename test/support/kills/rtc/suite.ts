import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Outcome } from '../../insistent-call.js';
import { expectAlike } from '../kill-audit.js';
import { planKills, pointsOf, unknownTo } from '../kill-plan.js';
import { auditKills, type KillAudit } from './audit.js';
import { type Realm, RTC_PLANS } from './plan.js';
import { openTheatre, type Theatre } from './theatre.js';
import { walkKills } from './walk.js';

const KILL_LIMIT_MS = 30_000;
/** More kills than a part of the product has points, each in many situations in the long runs. */
const MOST_KILLS = 60;

/** Kills the product at every point of a realm, and looks at what became of the calls. */
export function describeKills(realm: Realm): void {
  const thoroughly = inject('effort') > 1;
  const plan = RTC_PLANS[realm];
  let theatre: Theatre;
  let points: string[];
  let outcomes: readonly Outcome[];
  let audit: KillAudit;

  beforeAll(async () => {
    theatre = await openTheatre();
    points = pointsOf(plan, (await theatre.product.points()).declared);
  });
  afterAll(() => theatre?.close());

  it(
    'brings every call to the end that its parties were told of',
    async () => {
      outcomes = await walkKills(theatre, planKills(plan, points, thoroughly));
      audit = await auditKills(theatre, outcomes);
      const seen = new Set(outcomes.map(({ callId }) => callId));

      expect(seen.size).toBe(outcomes.length);
      for (const { shown, end } of outcomes) {
        expect(shown).toMatchObject({ status: end.status, version: end.version });
      }
    },
    MOST_KILLS * KILL_LIMIT_MS,
  );

  it('leaves record, events and history of each call that agree field by field', () => {
    expect(audit.calls.length).toBeGreaterThan(points.length);
    expectAgreement(audit);
  });

  it('leaves no line busy, and no ring that lasts too long', () => {
    expect(audit.busyLines).toEqual([]);
    // Some rings have to end by their deadline while the product lives, not only on its return.
    expect(audit.lateness.filter(({ ms }) => ms > 0)).not.toEqual([]);
    expect(audit.lateness.filter(({ ms, allowedMs }) => ms > allowedMs)).toEqual([]);
  });

  it('was killed at each of its points', async () => {
    const { declared, reached, killed } = await theatre.product.points();
    const unkilled = points.filter((point) => killed[point] === undefined);
    const lines = points.map(
      (point) => `${point}: reached ${reached[point] ?? 0}, killed ${killed[point] ?? 0}`,
    );
    process.stdout.write(`${[...lines, summary(outcomes, audit)].join('\n')}\n`);

    expect(unknownTo(plan, declared)).toEqual([]);
    expect(points).not.toEqual([]);
    expect(unkilled).toEqual([]);
  });
}

/** Everybody tells of each call the same, and everybody was told everything once. */
export function expectAgreement(audit: KillAudit): void {
  expectAlike([...audit.calls, ...audit.neverRang]);
  expect(audit.wrongCursors).toEqual([]);
}

function summary(outcomes: readonly Outcome[], { neverRang, lateness }: KillAudit): string {
  const calls = `${outcomes.length} calls, ${neverRang.length} creates that rang nobody`;
  const late = lateness.map(({ ms, allowedMs }) => `${ms} of ${Math.round(allowedMs)}`);
  return `${calls}, ${lateness.length} rings, late by (ms) ${late.join(', ')}`;
}
