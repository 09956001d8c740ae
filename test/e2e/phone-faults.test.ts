import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ProviderReport } from '../../src/call/events.js';
import { newCall } from '../../src/call/new-call.js';
import { judge } from '../../src/call/transition.js';
import type { Call } from '../../src/simulators/yuntongxun/call.js';
import type { Row } from '../support/kills/kill-audit.js';
import { unknownTo } from '../support/kills/kill-plan.js';
import {
  auditPhones,
  compareEnds,
  type PhoneAudit,
  type Played,
} from '../support/kills/phone/audit.js';
import type { Told } from '../support/kills/phone/people.js';
import { PHONE_PLAN, STORIES } from '../support/kills/phone/plan.js';
import { described, drawScripts, OCCASIONS, type Script } from '../support/kills/phone/scripts.js';
import { openTheatre, type Theatre } from '../support/kills/phone/theatre.js';
import { runs } from '../support/runs.js';
import { runSeed, seeded } from '../support/seeded.js';

const SCRIPTS_PER_RUN = 50;
const RUN_LIMIT_MS = 900_000;
/** Ring, grace and longest conversation, with a product that is killed again and again meanwhile. */
const HUNG_UP_WITHIN_MS = 60_000;

describe('the audit of phone calls', () => {
  const script: Script = { nth: 1, caller: '1', callee: '2', story: 'answered', paceMs: 0 };
  const T0 = Date.now();
  const leg = { side: 'caller', number: '1', rangAt: T0, endedAt: T0 + 1 } as const;
  const rung = (more: Partial<Call> = {}): Call =>
    ({ callSid: 'a', legs: [leg], endedAt: T0 + 1, talkingAt: T0, ...more }) as Call;
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
  const told: Told = { script, callSids: ['x', 'x'], cancelled: false };
  const good: Played = { told, rows: [row(placed, over('hangup'))], rung: [rung()] };
  const agrees = (played: Partial<Played>): boolean => {
    const { is, shouldBe } = compareEnds({ ...good, ...played });
    return isDeepStrictEqual(is, shouldBe);
  };

  it('agrees with a request that rang once and ended once, as it went', () => {
    expect(agrees({})).toBe(true);
  });

  it.each([
    ['a second pair of legs', { rung: [rung(), rung({ callSid: 'b' })] }],
    ['a phone that rings on', { rung: [rung({ endedAt: undefined } as never)] }],
    ['a talk that shows as unanswered', { rows: [row(placed, over('no_answer'))] }],
    ['an answer that nobody gave', { rung: [rung({ talkingAt: undefined } as never)] }],
    ['no end', { rows: [row(placed)] }],
    ['two callSids for one request', { told: { ...told, callSids: ['x', 'y'] } }],
    ['a second call for one request', { rows: [...good.rows, ...good.rows] }],
  ] satisfies [string, Partial<Played>][])('takes notice of %s', (_what, played) => {
    expect(agrees(played)).toBe(false);
  });
});

/** Seeds of one run after the other: each is replayed alone by `TEST_SEED`. */
const seeds = Array.from({ length: runs(1) }, (_, index) => runSeed() + index);

describe.each(seeds)(
  'phone calls, with a failing provider and a killed process, seed %i',
  (seed) => {
    let theatres: readonly Theatre[];
    let told: readonly Told[];
    let audits: readonly PhoneAudit[];

    beforeAll(async () => {
      const address = inject('temporalAddress');
      theatres = await Promise.all([openTheatre(address, true), openTheatre(address, false)]);
    });
    afterAll(() => Promise.all((theatres ?? []).map((theatre) => theatre.close())));

    it(
      'ring at most one pair of phones for one request, and end once',
      async () => {
        const points = theatres[0]?.points ?? [];
        const drawn = drawScripts(points, SCRIPTS_PER_RUN, seeded(seed));
        const lanes = await Promise.all(
          theatres.map((theatre, lane) =>
            theatre.play(drawn.filter(({ nth }) => nth % theatres.length === lane)),
          ),
        );
        told = lanes.flat();
        audits = await Promise.all(
          theatres.map((theatre, lane) => auditPhones(theatre, lanes[lane] ?? [])),
        );
        process.stdout.write(`${(await summary()).join('\n')}\n`);

        for (const { is, shouldBe } of audits.flatMap((audit) => audit.calls)) {
          expect(is).toEqual(shouldBe);
        }
        expect(audits.flatMap(({ wrongCursors }) => wrongCursors)).toEqual([]);
      },
      RUN_LIMIT_MS,
    );

    it('hang up every phone in time, and leave no line busy', () => {
      const legsMs = audits.flatMap((audit) => audit.legsMs);
      expect(legsMs.length).toBeGreaterThan(SCRIPTS_PER_RUN / 2);
      expect(legsMs.filter((ms) => ms > HUNG_UP_WITHIN_MS)).toEqual([]);
      expect(audits.flatMap(({ busyLines }) => busyLines)).toEqual([]);
    });

    it('met every occasion of a fault, took every course, and were killed at each point', async () => {
      for (const { product, points } of theatres) {
        const { declared, killed } = await product.points();
        expect(unknownTo(PHONE_PLAN, declared)).toEqual([]);
        expect(points.filter((point) => !(point in killed))).toEqual([]);
      }
      const fired = theatres
        .flatMap(({ simulator }) => simulator.control.faults())
        .filter((each) => each.fired > 0);
      expect(new Set(fired.map(({ fault }) => fault.on))).toEqual(new Set(OCCASIONS));
      expect(new Set(told.map(({ script }) => script.story))).toEqual(new Set(STORIES));
      const causes = audits.flatMap((audit) => Object.keys(audit.causes));
      expect(causes).toEqual(expect.arrayContaining(['hangup', 'no_answer', 'cancelled']));
    });

    async function summary(): Promise<string[]> {
      const killed = await Promise.all(theatres.map(({ product }) => product.points()));
      const faults = theatres
        .flatMap(({ simulator }) => simulator.control.faults())
        .filter(({ fired }) => fired > 0)
        .map(({ fault: { on, kind, code = '' }, fired }) => `${on} ${kind} ${code} ${fired}`);
      const legsMs = audits.flatMap((audit) => audit.legsMs);
      return [
        `seed ${seed}`,
        ...told.map(({ script }) => described(script)),
        `killed: ${JSON.stringify(killed.map((points) => points.killed))}`,
        `faults: ${faults.join(', ')}`,
        `ends: ${JSON.stringify(audits.map(({ causes }) => causes))}`,
        `phones hung up after at most ${Math.max(0, ...legsMs)} ms of ${HUNG_UP_WITHIN_MS}`,
      ];
    }
  },
);
