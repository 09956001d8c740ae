import { BARE } from '../contenders/bare.js';
import { SERVE, SPLIT } from '../contenders/switchyard.js';
import { percentile } from '../figures/statistics.js';
import { short, table, times } from './markdown.js';
import { callsPerSecond, cpuMs, p50Of, type Ratio, ratioToBare, slotsOf } from './ratios.js';
import type { Results } from './results.js';

/** The load at which throughput and processor time are judged: busy, not yet in a queue. */
export const JUDGED_USERS = 16;

interface Budget {
  readonly what: string;
  readonly limit: string;
  readonly measured: string;
  /** Absent where the run has no figure. */
  readonly isMet?: boolean;
}

const verdict = (value: number, isMet: boolean): Pick<Budget, 'isMet'> =>
  Number.isFinite(value) ? { isMet } : {};

// Why each is what it is: docs/adr/0019-budgets-beside-bare-temporal.md.
/** On the dev server a task costs bare Temporal so little that what an API does besides weighs more. */
const acceptAtMost = (kind: Results['kind']): number => (kind === 'dev' ? 1.6 : 1.4);
const CPU_AT_MOST = 2.5;
/** Less where the server's own memory is counted on both sides. */
const memoryAtMost = (isServerCounted: boolean): number => (isServerCounted ? 1.3 : 1.6);
const RECOVERY_AT_MOST = 1.3;
/** After which a command that met no worker is repeated by its caller. */
const REPEATED_AFTER_MS = 1_000;

export function budgetTable(results: Results): string {
  const rows = [...ratios(results), memory(results), ...recovery(results)].map(
    ({ what, limit, measured, isMet }) => [
      what,
      limit,
      measured,
      isMet === undefined ? 'not measured' : isMet ? 'met' : '**not met**',
    ],
  );
  return table(['what', 'budget', 'measured', ''], rows);
}

function ratios({ kind, slots }: Results): Budget[] {
  const busy = slotsOf(slots, { contender: SERVE, users: JUDGED_USERS });
  const paced = slotsOf(slots, { contender: SERVE, users: 1, paced: true });
  const accept = ratioToBare(slots, paced, p50Of('accept'));
  const calls = ratioToBare(slots, busy, callsPerSecond);
  const cpu = ratioToBare(slots, busy, cpuMs);
  const atMost = (what: string, limit: number, ratio: Ratio): Budget => ({
    what,
    limit: `≤ ${limit} ×`,
    measured: times(ratio),
    ...verdict(ratio.median, ratio.median <= limit),
  });
  return [
    atMost('accept p50, one call at a time', acceptAtMost(kind), accept),
    {
      what: `calls per second, ${JUDGED_USERS} at a time`,
      limit: '≥ 0.45 ×',
      measured: times(calls),
      ...verdict(calls.median, calls.median >= 0.45),
    },
    atMost(`CPU-ms per call, ${JUDGED_USERS} at a time`, CPU_AT_MOST, cpu),
  ];
}

function memory({ memory: all }: Results): Budget {
  const of = (name: string) => all.find(({ contender }) => contender === name);
  const total = (name: string): number => {
    const { holdersKb = Number.NaN, temporalKb = Number.NaN } = of(name) ?? {};
    return holdersKb + (Number.isNaN(temporalKb) ? 0 : temporalKb);
  };
  const ratio = total(SERVE) / total(BARE);
  const limit = memoryAtMost(all.every(({ temporalKb }) => Number.isFinite(temporalKb)));
  return {
    what: 'memory per live call',
    limit: `≤ ${limit} ×`,
    measured: `${short(ratio)} ×`,
    ...verdict(ratio, ratio <= limit),
  };
}

function recovery({ recovery: all }: Results): Budget[] {
  const of = (name: string) => all.find(({ contender }) => contender === name);
  const [mine, bare] = [of(SPLIT), of(BARE)];
  const row = (what: string, kind: 'idle' | 'inFlight'): Budget => {
    const [p95 = Number.NaN, bareP95 = Number.NaN] = [mine, bare].map((each) =>
      percentile(each?.[kind] ?? [], 0.95),
    );
    return {
      what,
      limit: `≤ ${RECOVERY_AT_MOST} × + ${REPEATED_AFTER_MS / 1_000} s`,
      measured: `${short(p95 / bareP95)} ×, ${short(p95 / 1_000)} s`,
      ...verdict(p95, p95 <= RECOVERY_AT_MOST * bareP95 + REPEATED_AFTER_MS),
    };
  };
  return [
    row('worker killed, command to an idle call, p95', 'idle'),
    row('worker killed with the task in hand, p95', 'inFlight'),
  ];
}
