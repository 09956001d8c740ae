import { median, percentile, sum } from '../figures/statistics.js';
import { type RobotStarts, STARTS_PER_SECOND } from '../measures/robots.js';
import { short, table } from './markdown.js';

/** What `start_call_by_robot` may take longer than the same request sent straight to the provider. */
const ADDED_MS = 40;

const p50 = (sample: readonly number[]): number => percentile(sample, 0.5);
const p99 = (sample: readonly number[]): number => percentile(sample, 0.99);
const both = (sample: readonly number[]): string => `${short(p50(sample))} / ${short(p99(sample))}`;

/** How much longer a start took through Switchyard, by the medians of each round. */
export const addedMs = ({ rounds }: Pick<RobotStarts, 'rounds'>): readonly number[] =>
  rounds.map(({ through, straight }) => p50(through) - p50(straight));

export function robotSection(machine: readonly string[], all: readonly RobotStarts[]): string {
  return [
    machine.map((fact) => `- ${fact}`).join('\n'),
    `### Starts, ${STARTS_PER_SECOND} a second`,
    table(
      ['p50 / p99 ms', 'straight', 'through Switchyard', 'added p50', 'budget', ''],
      all.map(besideRow),
    ),
    '### Starts, one after the other',
    table(['', 'backends', 'starts/s', 'p50 / p99 ms', 'failed'], all.flatMap(inTurnRows)),
    '### What a call costs, from its start to its record',
    table(['', 'events', 'state transitions', 'CPU-ms by process', 'together'], all.map(costRow)),
  ].join('\n\n');
}

function besideRow(starts: RobotStarts) {
  const { store, rounds } = starts;
  const added = addedMs(starts);
  const middle = median(added);
  return [
    store,
    both(rounds.flatMap(({ straight }) => straight)),
    both(rounds.flatMap(({ through }) => through)),
    `${short(middle)} (${short(Math.min(...added))}–${short(Math.max(...added))})`,
    `≤ ${ADDED_MS}`,
    middle <= ADDED_MS ? 'met' : '**not met**',
  ];
}

function costRow({ store, cost: { events, transitions, cpuMs } }: RobotStarts) {
  const parts = Object.entries(cpuMs).map(([part, ms]) => `${part} ${short(ms)}`);
  return [
    store,
    short(events),
    short(transitions),
    parts.join(', '),
    short(sum(Object.values(cpuMs))),
  ];
}

const inTurnRows = ({ store, closedLoop }: RobotStarts) =>
  closedLoop.map(({ backends, perSecond, ms, failed }) => [
    store,
    backends,
    short(perSecond),
    both(ms),
    failed,
  ]);
