import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ProviderReport } from '../../src/call/events.js';
import { newCall } from '../../src/call/new-call.js';
import { judge } from '../../src/call/transition.js';
import { callSidOf } from '../../src/contract/call-sid.js';
import { disagreements, expectAlike, type Row } from '../support/kills/kill-audit.js';
import { oneOfEach, unknownTo } from '../support/kills/kill-plan.js';
import { compareEnds, type PhoneAudit, type Played } from '../support/kills/phone/audit.js';
import {
  openPhoneCompany,
  type PhoneCast,
  type PhoneCompany,
} from '../support/kills/phone/company.js';
import type { Told } from '../support/kills/phone/people.js';
import { phonePlan, STORIES, sharedPoints } from '../support/kills/phone/plan.js';
import type { PhoneFault, PhoneProvider, RungCall } from '../support/kills/phone/provider.js';
import { described, drawScripts, type Script } from '../support/kills/phone/scripts.js';
import { TWILIO_CALLS } from '../support/kills/phone/twilio.js';
import { YUNTONGXUN } from '../support/kills/phone/yuntongxun.js';
import { runs } from '../support/runs.js';
import { runSeed, seeded, shuffled } from '../support/seeded.js';

type Case = [string, Partial<Played>, string];

const PROVIDERS: readonly PhoneProvider[] = [YUNTONGXUN, TWILIO_CALLS];
const RUN_LIMIT_MS = 900_000;
/** Ring and grace, or the longest conversation, and what an activity that was cut off costs. */
const HUNG_UP_WITHIN_MS = 40_000;

const RINGS_AGAIN: PhoneFault = {
  name: 'placed twice',
  on: 'placing',
  kind: 'twice',
  rules: [],
  isTwice: true,
  ringsAgain: true,
};

describe('the audit of phone calls', () => {
  const script: Script = { nth: 1, caller: '1', callee: '2', story: 'answered', paceMs: 0 };
  const T0 = Date.now();
  const leg = { rangAt: T0, endedAt: T0 + 1 };
  const both: RungCall['legs'] = [leg, leg];
  const once: RungCall = {
    caller: '+86139',
    token: 'a',
    legs: [leg],
    endedAt: T0 + 1,
    talkingAt: T0,
  };
  const row = (...reports: readonly ProviderReport[]): Row => {
    const call = newCall(
      {
        callId: 1,
        channel: 'phone',
        callType: 'audio',
        bizType: 'single',
        caller: { userId: '1' },
        calleeIds: ['2'],
        ringTimeoutMs: 4_000,
        limits: { maxDurationMs: 10_000, allLeftGraceMs: 1_000 },
      },
      T0,
    );
    const state = reports.reduce((at, report) => judge(at, report, Date.now()).state, call);
    return { state, columns: {}, events: [] };
  };
  const placed = { type: 'placed', providerCallId: 'a' } as const;
  const over = (cause: 'hangup' | 'no_answer', acceptedAt = T0) =>
    ({ type: 'over', cause, ...(cause === 'hangup' && { acceptedAt }) }) as const;
  const callSid = callSidOf(1, T0);
  const told: Told = { script, callSids: [callSid, callSid], isCancelled: false };
  const good: Played = { told, rows: [row(placed, over('hangup'))], rung: [once] };
  const wrong = (played: Partial<Played>) => disagreements([compareEnds({ ...good, ...played })]);

  it('agrees with a request that rang once and ended once, as it went', () => {
    expect(wrong({})).toEqual([]);
  });

  it.each([
    ['a second pair of legs', { rung: [once, { ...once, token: 'b' }] }, 'pairs 2, not 1'],
    [
      'a second callee, though only the caller may ring again',
      {
        told: { ...told, script: { ...script, fault: RINGS_AGAIN } },
        rung: [
          { ...once, legs: both },
          { ...once, legs: both },
        ],
      },
      'others 2, not 1',
    ],
    ['a second dial, though it rang nobody', { rung: [once, { ...once, legs: [] }] }, 'dials 2'],
    ['a phone that rings on', { rung: [{ ...once, endedAt: undefined }] }, 'isOverThere false'],
    ['a talk that shows as unanswered', { rows: [row(placed, over('no_answer'))] }, 'no_answer'],
    ['an answer nobody gave', { rung: [{ ...once, talkingAt: undefined }] }, '["hangup"]'],
    ['no end', { rows: [row(placed)] }, 'live 1, not 0'],
    [
      'a callSid of no call of theirs',
      { told: { ...told, callSids: [callSid, callSidOf(2, T0)] } },
      'strangers [2], not []',
    ],
    ['a second call for one request', { rows: [...good.rows, ...good.rows] }, 'asked 2, not 1'],
    [
      'a cancel that was promised and did not come',
      { told: { ...told, isCancelled: true }, rows: [row(placed)] },
      'cancelled true, not false',
    ],
  ] satisfies Case[])('names the script of %s', (_, played: Partial<Played>, what) => {
    const [line, ...more] = wrong(played);
    expect(more).toEqual([]);
    expect(line).toContain(described(played.told?.script ?? script));
    expect(line).toContain(what);
  });
});

/** Every day providers share the steps that are killed at, before or after, as the seed will have it. */
const isThorough = runs(1) > 1;
/** Of one provider, without those that lose the answers of placings. */
const SCRIPTS_PER_RUN = isThorough ? 46 : 21;

type Casts = readonly PhoneCast[];

const thorough = (provider: PhoneProvider): Casts => [
  { provider, ways: provider.ways, choose: (all) => all },
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
    };
  });
};

/** Seeds of one run after the other: each is replayed alone by `TEST_SEED`. */
const RUNS = Array.from({ length: runs(1) }, (_, index) => runSeed() + index).flatMap((seed) =>
  (isThorough ? PROVIDERS.map(thorough) : [daily(seed)]).map((casts) => ({
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
  ({ casts, seed }) => {
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
      return { company, told, audits: await company.audit(told) };
    }
  },
);

async function expectAllMet({ company, told, audits }: Run): Promise<void> {
  const { allPoints, points, provider } = company;
  const { declared, reached, killed } = await company.passed();
  expect(unknownTo(phonePlan(provider), declared), provider.name).toEqual([]);
  const unreached = allPoints.filter((point) => !(point in reached));
  expect(unreached, `${provider.name}: ${unreached.join(', ')}`).toEqual([]);
  const missed = points.filter((point) => !(point in killed));
  expect(missed, `${provider.name}: ${missed.join(', ')}`).toEqual([]);
  const fired = company.fired();
  const all = (from: readonly string[]) => new Set(from);
  expect(all(fired.map(({ on }) => on))).toEqual(all(provider.faults.map(({ on }) => on)));
  expect(all(fired.map(({ kind }) => kind))).toEqual(all(provider.faults.map(({ kind }) => kind)));
  expect(all(told.map(({ script }) => script.story))).toEqual(all(STORIES));
  expect(audits.reduce((sum, { found }) => sum + found, 0)).toBeGreaterThan(0);
}

async function summary({ company, told, audits }: Run): Promise<string[]> {
  const { reached, killed } = await company.passed();
  const faults = company.fired().map(({ on, kind, fired }) => `${on} ${kind} ${fired}`);
  const legsMs = audits.flatMap((audit) => audit.legsMs);
  return [
    company.provider.name,
    ...told.map(({ script }) => described(script)),
    ...company.allPoints.map(
      (point) => `${point}: reached ${reached[point] ?? 0}, killed ${killed[point] ?? 0}`,
    ),
    `faults: ${faults.join(', ')}`,
    `ends: ${JSON.stringify(audits.map(({ causes }) => causes))}`,
    `starts of the product (ms): ${company.startsMs().join(', ')}`,
    `played, waited, played again, …, waited for the end (ms): ${company.spentMs().join(', ')}`,
    `found by what was pushed or listed: ${audits.map(({ found }) => found).join(' and ')}`,
    `${legsMs.length} phones hung up after at most ${Math.max(0, ...legsMs)} ms of ${HUNG_UP_WITHIN_MS}`,
  ];
}
