import { median, percentile, sum } from '../figures/statistics.js';
import type { Slot } from '../measures/throughput.js';
import { STEPS } from '../programs/orders.js';
import { budgetTable, JUDGED_USERS } from './budgets.js';
import { short, table, times } from './markdown.js';
import { callsPerSecond, cpuMs, p50Of, pooled, ratioToBare, slotsOf } from './ratios.js';
import type { Results } from './results.js';

/** Everything a run has to say, as Markdown. */
export function section(results: Results): string {
  return [
    results.machine.map((fact) => `- ${fact}`).join('\n'),
    '### Budgets',
    budgetTable(results),
    '### Calls per second and latency under load',
    throughput(results),
    '### One call at a time, at the pace of people',
    paced(results),
    `### CPU-ms per call, ${JUDGED_USERS} at a time`,
    cpu(results),
    '### What one call leaves in Temporal',
    history(results),
    '### Memory per live call',
    memory(results),
    '### Lateness of ring deadlines',
    lateness(results),
    '### A killed worker',
    recovery(results),
  ].join('\n\n');
}

const contendersOf = ({ slots }: Results): readonly string[] => [
  ...new Set(slots.map(({ contender }) => contender)),
];

const bothOf = (slots: readonly Slot[], step: (typeof STEPS)[number]): string =>
  `${short(pooled(slots, step, 0.5))} / ${short(pooled(slots, step, 0.99))}`;

function throughput(results: Results): string {
  const { slots, plan } = results;
  const rows = plan.users.flatMap((users) =>
    contendersOf(results).map((contender) => {
      const mine = slotsOf(slots, { contender, users });
      return [
        contender,
        users,
        short(median(mine.map(callsPerSecond))),
        times(ratioToBare(slots, mine, callsPerSecond)),
        bothOf(mine, 'create'),
        bothOf(mine, 'accept'),
        sum(mine.map(({ failed }) => failed)),
      ];
    }),
  );
  const head = ['', 'at a time', 'calls/s', 'to bare', 'create p50 / p99 ms'];
  return table([...head, 'accept p50 / p99 ms', 'failed'], rows);
}

function paced(results: Results): string {
  const { slots } = results;
  const rows = contendersOf(results).map((contender) => {
    const mine = slotsOf(slots, { contender, users: 1, paced: true });
    const accept = times(ratioToBare(slots, mine, p50Of('accept')));
    return [contender, ...STEPS.map((step) => bothOf(mine, step)), accept];
  });
  return table(['p50 / p99 ms', ...STEPS, 'accept to bare'], rows);
}

function cpu(results: Results): string {
  const { slots } = results;
  const rows = contendersOf(results).map((contender) => {
    const mine = slotsOf(slots, { contender, users: JUDGED_USERS });
    const parts = Object.keys(mine[0]?.cpuMsPerCall ?? {}).map(
      (part) => `${part} ${short(median(mine.map((slot) => slot.cpuMsPerCall[part] ?? 0)))}`,
    );
    const ratio = times(ratioToBare(slots, mine, cpuMs));
    return [contender, parts.join(', '), short(median(mine.map(cpuMs))), ratio];
  });
  return table(['', 'by process', 'together', 'to bare'], rows);
}

const history = (results: Results): string =>
  table(
    ['', 'events', 'state transitions', 'bytes'],
    results.history.map(({ contender, ...cost }) => [
      contender,
      cost.events,
      cost.transitions,
      cost.bytes,
    ]),
  );

function memory({ memory: all }: Results): string {
  const bare = all[0]?.holdersKb ?? Number.NaN;
  const rows = all.map(({ contender, calls, holdersKb, temporalKb }) => [
    contender,
    calls,
    short(holdersKb),
    `${short(holdersKb / bare)} ×`,
    short(temporalKb),
  ]);
  return table(['KiB', 'calls that ring', 'its processes', 'to bare', 'Temporal server'], rows);
}

function lateness({ lateness: all }: Results): string {
  const rows = all.map(({ contender, ms }) => [
    contender,
    ms.length,
    ...[0.5, 0.95, 0.99].map((share) => short(percentile(ms, share))),
  ]);
  return table(['', 'deadlines', 'p50 ms', 'p95 ms', 'p99 ms'], rows);
}

function recovery({ recovery: all }: Results): string {
  const at = (sample: readonly number[], share: number) => short(percentile(sample, share));
  const rows = all.map(({ contender, liveCalls, bootMs, idle, inFlight }) => [
    contender,
    liveCalls,
    at(bootMs, 0.5),
    `${at(idle, 0.5)} / ${at(idle, 0.95)}`,
    `${at(inFlight, 0.5)} / ${at(inFlight, 0.95)}`,
  ]);
  const head = ['ms since the kill', 'live calls', 'new worker ready', 'idle call p50 / p95'];
  return table([...head, 'task in hand p50 / p95'], rows);
}
