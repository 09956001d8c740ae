import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { neverMet } from '../support/kills/faults-met.js';
import { expectAlike } from '../support/kills/kill-audit.js';
import { oneOfEach, unknownTo } from '../support/kills/kill-plan.js';
import type { PhoneAudit } from '../support/kills/phone/audit.js';
import {
  met,
  openPhoneCompany,
  type PhoneCast,
  type PhoneCompany,
} from '../support/kills/phone/company.js';
import type { Told } from '../support/kills/phone/people.js';
import { phonePlan, STORIES, sharedPoints } from '../support/kills/phone/plan.js';
import type { PhoneFault, PhoneProvider } from '../support/kills/phone/provider.js';
import { described, drawScripts } from '../support/kills/phone/scripts.js';
import { TWILIO_CALLS } from '../support/kills/phone/twilio.js';
import { YUNTONGXUN } from '../support/kills/phone/yuntongxun.js';
import { runs } from '../support/runs.js';
import { runSeed, seeded, shuffled, tellHowToReplay } from '../support/seeded.js';

const PROVIDERS: readonly PhoneProvider[] = [YUNTONGXUN, TWILIO_CALLS];
const RUN_LIMIT_MS = 900_000;
/** Ring and grace, or the longest conversation, and what an activity that was cut off costs. */
const HUNG_UP_WITHIN_MS = 40_000;

/** Every day providers share the steps that are killed at, before or after, as the seed will have it. */
const isThorough = runs(1) > 1;
/** Of one provider, without those that lose the answers of placings, or are left alone. */
const SCRIPTS_PER_RUN = isThorough ? 46 : 21;

type Casts = readonly PhoneCast[];

/** Of each provider, what has happened in all runs of this process. */
const happened = new Map<string, Set<PhoneFault>>(
  PROVIDERS.map(({ name }) => [name, new Set<PhoneFault>()]),
);
const neverHappened = ({ name, faults }: PhoneProvider): PhoneFault[] =>
  faults.filter((fault) => happened.get(name)?.has(fault) !== true);

/** The last run of a provider makes up for what chance has left out in all of them. */
const thorough = (provider: PhoneProvider, isLast: boolean): Casts => [
  {
    provider,
    ways: provider.ways,
    choose: (all) => all,
    unmet(faults) {
      const never = isLast ? neverHappened(provider) : [];
      const missed = [...neverMet(provider.faults, faults), ...never];
      return [...new Set(missed)].filter((fault) => !faults.includes(fault));
    },
  },
];

/** All at once, each in one of its ways. */
const daily = (seed: number): Casts => {
  const ofDay = seeded(seed);
  return PROVIDERS.map((provider, nth) => {
    const random = seeded(seed + nth);
    return {
      provider,
      ways: shuffled(provider.ways, ofDay).slice(0, 1),
      choose: (all) => sharedPoints(oneOfEach(all, random), nth + seed, PROVIDERS),
      unmet: (faults) => neverMet(provider.faults, faults),
    };
  });
};

/** Seeds of one run after the other: each is replayed alone by `TEST_SEED`. */
const SEEDS = Array.from({ length: runs(1) }, (_, index) => runSeed() + index);
const castsOf = (seed: number): Casts[] =>
  isThorough
    ? PROVIDERS.map((provider) => thorough(provider, seed === SEEDS.at(-1)))
    : [daily(seed)];
const RUNS = SEEDS.flatMap((seed) =>
  castsOf(seed).map((casts) => ({
    seed,
    casts,
    names: casts.map(({ provider }) => provider.name).join(' and by '),
  })),
);

/** What came of the scripts of one provider. */
interface Run {
  readonly company: PhoneCompany;
  readonly told: readonly Told[];
  readonly audits: readonly PhoneAudit[];
}

describe.each(RUNS)(
  'phone calls by $names, with a failing provider and a killed process, seed $seed',
  ({ casts, seed, names }) => {
    tellHowToReplay(seed, isThorough ? `${names}.*seed ${seed} ` : undefined);
    let companies: readonly PhoneCompany[] = [];
    let all: readonly Run[] = [];

    beforeAll(async () => {
      const opening = casts.map((cast) => openPhoneCompany(inject('temporalAddress'), cast));
      companies = await Promise.all(opening);
    });
    afterAll(() => Promise.all(companies.map((company) => company.close())));

    it(
      'ring at most one pair of phones for one request, and end once',
      async () => {
        all = await Promise.all(companies.map(played));
        for (const run of all) {
          const lines = [`seed ${seed}`, ...(await summary(run))];
          process.stdout.write(`${lines.join('\n')}\n`);
        }
        const audits = all.flatMap((run) => run.audits);
        expectAlike(audits.flatMap(({ calls }) => calls));
        expect(audits.flatMap(({ wrongCursors }) => wrongCursors)).toEqual([]);
      },
      RUN_LIMIT_MS,
    );

    it('hang up every phone in time, and leave no line busy', () => {
      expect(all).toHaveLength(casts.length);
      for (const { audits } of all) {
        const legsMs = audits.flatMap((audit) => audit.legsMs);
        expect(legsMs.length).toBeGreaterThan(SCRIPTS_PER_RUN / 3);
        expect(Math.max(...legsMs)).toBeLessThan(HUNG_UP_WITHIN_MS);
        expect(audits.flatMap(({ busyLines }) => busyLines)).toEqual([]);
      }
    });

    it('met every fault of each request and push, took every course, and were killed at each point', async () => {
      expect(all).toHaveLength(casts.length);
      for (const run of all) await expectAllMet(run);
      const audits = all.flatMap((run) => run.audits);
      const causes = audits.flatMap((audit) => Object.keys(audit.causes));
      expect(causes).toEqual(expect.arrayContaining(['hangup', 'no_answer', 'cancelled']));
    });

    it('have histories that can be replayed', async () => {
      for (const { provider, replayed } of companies) {
        const { count, wrong } = await replayed();
        process.stdout.write(`${provider.name}: ${count} histories were replayed\n`);
        expect(wrong, wrong.join('\n')).toEqual([]);
        expect(count).toBeGreaterThan(SCRIPTS_PER_RUN / 3);
      }
    });

    async function played(company: PhoneCompany): Promise<Run> {
      const { provider, points } = company;
      const scripts = drawScripts(provider, points, SCRIPTS_PER_RUN, seeded(seed));
      const told = await company.play(scripts);
      for (const fault of met(company.ordered())) happened.get(provider.name)?.add(fault);
      return { company, told, audits: await company.audit(told) };
    }
  },
);

describe.each(isThorough ? PROVIDERS : [])('whatever can go wrong with $name', (provider) => {
  it('has happened in these runs', () => {
    const names = neverHappened(provider).map(({ name }) => name);
    expect(names, names.join('\n')).toEqual([]);
  });
});

async function expectAllMet({ company, told, audits }: Run): Promise<void> {
  const { allPoints, points, provider } = company;
  const { declared, reached, killed } = await company.passed();
  expect(unknownTo(phonePlan(provider), declared), provider.name).toEqual([]);
  const unreached = allPoints.filter((point) => !(point in reached));
  expect(unreached, `${provider.name}: ${unreached.join(', ')}`).toEqual([]);
  const missed = points.filter((point) => !(point in killed));
  expect(missed, `${provider.name}: ${missed.join(', ')}`).toEqual([]);
  const fired = met(company.ordered());
  const all = (from: readonly string[]) => new Set(from);
  expect(all(fired.map(({ on }) => on))).toEqual(all(provider.faults.map(({ on }) => on)));
  expect(all(fired.map(({ kind }) => kind))).toEqual(all(provider.faults.map(({ kind }) => kind)));
  expect(all(told.map(({ script }) => script.story))).toEqual(all(STORIES));
  expect(audits.reduce((sum, { found }) => sum + found, 0)).toBeGreaterThan(0);
  expect(audits.reduce((sum, { leftAlone }) => sum + leftAlone, 0)).toBeGreaterThan(0);
  expect(audits.reduce((sum, { promised }) => sum + promised, 0)).toBeGreaterThan(0);
}

async function summary({ company, told, audits }: Run): Promise<string[]> {
  const { reached, killed } = await company.passed();
  const times = new Map<string, number>();
  for (const { fault, fired } of company.ordered()) {
    times.set(fault.name, (times.get(fault.name) ?? 0) + fired);
  }
  const never = [...times].filter(([, fired]) => fired === 0).map(([name]) => name);
  const legsMs = audits.flatMap((audit) => audit.legsMs);
  return [
    company.provider.name,
    ...told.map(({ script }) => described(script)),
    ...company.allPoints.map(
      (point) => `${point}: reached ${reached[point] ?? 0}, killed ${killed[point] ?? 0}`,
    ),
    `faults: ${[...times].map(([name, fired]) => `${name} ${fired}`).join(', ')}`,
    `of these never happened: ${never.join(', ') || 'none'}`,
    `ends: ${JSON.stringify(audits.map(({ causes }) => causes))}`,
    `left alone: ${audits.map(({ leftAlone }) => leftAlone).join(' and ')}`,
    `ends of scripts that nothing disturbed: ${JSON.stringify(audits.map(({ undisturbed }) => undisturbed))}`,
    `what disturbed the others: ${JSON.stringify(audits.map(({ disturbances }) => disturbances))}`,
    `requests of which it was said that they are taken back: ${audits.map(({ promised }) => promised).join(' and ')}`,
    `starts of the product (ms): ${company.startsMs().join(', ')}`,
    `played, waited, played again, …, waited for the end (ms): ${company.spentMs().join(', ')}`,
    `found by what was pushed or listed: ${audits.map(({ found }) => found).join(' and ')}`,
    `${legsMs.length} phones hung up after at most ${Math.max(0, ...legsMs)} ms of ${HUNG_UP_WITHIN_MS}`,
  ];
}
