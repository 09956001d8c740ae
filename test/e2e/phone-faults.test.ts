import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ProviderReport } from '../../src/call/events.js';
import { newCall } from '../../src/call/new-call.js';
import { judge } from '../../src/call/transition.js';
import { callSidOf } from '../../src/contract/call-sid.js';
import { disagreements, expectAlike, type Row } from '../support/kills/kill-audit.js';
import { oneOfEach, unknownTo } from '../support/kills/kill-plan.js';
import { compareEnds, type PhoneAudit, type Played } from '../support/kills/phone/audit.js';
import { openPhoneCompany, type PhoneCompany } from '../support/kills/phone/company.js';
import type { Told } from '../support/kills/phone/people.js';
import { PHONE_PLAN, STORIES } from '../support/kills/phone/plan.js';
import type { RungCall } from '../support/kills/phone/provider.js';
import { described, drawScripts, type Script } from '../support/kills/phone/scripts.js';
import { YUNTONGXUN } from '../support/kills/phone/yuntongxun.js';
import { runs } from '../support/runs.js';
import { runSeed, seeded } from '../support/seeded.js';

const PROVIDERS = [YUNTONGXUN];
/** Without those that lose the answers of placings. */
const SCRIPTS_PER_RUN = 46;
const RUN_LIMIT_MS = 900_000;
/** Ring and grace, or the longest conversation, and what an activity that was cut off costs. */
const HUNG_UP_WITHIN_MS = 40_000;

describe('the audit of phone calls', () => {
  const script: Script = { nth: 1, caller: '1', callee: '2', story: 'answered', paceMs: 0 };
  const T0 = Date.now();
  const leg = { rangAt: T0, endedAt: T0 + 1 };
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
  ] satisfies [string, Partial<Played>, string][])('names the script of %s', (_, played, what) => {
    const [line, ...more] = wrong(played);
    expect(more).toEqual([]);
    expect(line).toContain(described(script));
    expect(line).toContain(what);
  });
});

/** Every day each step is killed before or after it, as the seed will have it; else both. */
const isThorough = runs(1) > 1;

/** Seeds of one run after the other: each is replayed alone by `TEST_SEED`. */
const RUNS = PROVIDERS.flatMap((provider) =>
  Array.from({ length: runs(1) }, (_, index) => ({
    provider,
    name: provider.name,
    seed: runSeed() + index,
  })),
);

describe.each(RUNS)(
  'phone calls by $name, with a failing provider and a killed process, seed $seed',
  ({ provider, seed }) => {
    let company: PhoneCompany;
    let told: readonly Told[] = [];
    let audits: readonly PhoneAudit[] = [];

    beforeAll(async () => {
      const choose = (all: readonly string[]) => (isThorough ? all : oneOfEach(all, seeded(seed)));
      company = await openPhoneCompany(inject('temporalAddress'), provider, choose);
    });
    afterAll(() => company?.close());

    it(
      'ring at most one pair of phones for one request, and end once',
      async () => {
        const scripts = drawScripts(provider, company.points, SCRIPTS_PER_RUN, seeded(seed));
        told = await company.play(scripts);
        audits = await company.audit(told);
        process.stdout.write(`${(await summary()).join('\n')}\n`);

        expectAlike(audits.flatMap(({ calls }) => calls));
        expect(audits.flatMap(({ wrongCursors }) => wrongCursors)).toEqual([]);
      },
      RUN_LIMIT_MS,
    );

    it('hang up every phone in time, and leave no line busy', () => {
      const legsMs = audits.flatMap((audit) => audit.legsMs);
      expect(legsMs.length).toBeGreaterThan(SCRIPTS_PER_RUN / 3);
      expect(Math.max(...legsMs)).toBeLessThan(HUNG_UP_WITHIN_MS);
      expect(audits.flatMap(({ busyLines }) => busyLines)).toEqual([]);
    });

    it('met every fault of each request and push, took every course, and were killed at each point', async () => {
      const { allPoints, points } = company;
      const { declared, reached, killed } = await company.passed();
      expect(unknownTo(PHONE_PLAN, declared)).toEqual([]);
      const unreached = allPoints.filter((point) => !(point in reached));
      expect(unreached, unreached.join(', ')).toEqual([]);
      const missed = points.filter((point) => !(point in killed));
      expect(missed, missed.join(', ')).toEqual([]);
      const fired = company.fired();
      const all = (from: readonly string[]) => new Set(from);
      expect(all(fired.map(({ on }) => on))).toEqual(all(provider.faults.map(({ on }) => on)));
      expect(all(fired.map(({ kind }) => kind))).toEqual(
        all(provider.faults.map(({ kind }) => kind)),
      );
      expect(all(told.map(({ script }) => script.story))).toEqual(all(STORIES));
      expect(audits.reduce((sum, { found }) => sum + found, 0)).toBeGreaterThan(0);
      const causes = audits.flatMap((audit) => Object.keys(audit.causes));
      expect(causes).toEqual(expect.arrayContaining(['hangup', 'no_answer', 'cancelled']));
    });

    async function summary(): Promise<string[]> {
      const { reached, killed } = await company.passed();
      const faults = company.fired().map(({ on, kind, fired }) => `${on} ${kind} ${fired}`);
      const legsMs = audits.flatMap((audit) => audit.legsMs);
      return [
        `seed ${seed}`,
        ...told.map(({ script }) => described(script)),
        ...company.allPoints.map(
          (point) => `${point}: reached ${reached[point] ?? 0}, killed ${killed[point] ?? 0}`,
        ),
        `faults: ${faults.join(', ')}`,
        `ends: ${JSON.stringify(audits.map(({ causes }) => causes))}`,
        `starts of the product (ms): ${company.startsMs().join(', ')}`,
        `played, waited, played again, …, waited for the end (ms): ${company.spentMs().join(', ')}`,
        `found by what was pushed: ${audits.map(({ found }) => found).join(' and ')}`,
        `${legsMs.length} phones hung up after at most ${Math.max(0, ...legsMs)} ms of ${HUNG_UP_WITHIN_MS}`,
      ];
    }
  },
);
