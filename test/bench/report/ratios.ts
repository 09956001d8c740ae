import { BARE } from '../contenders/bare.js';
import { median, percentile, sum } from '../figures/statistics.js';
import type { Slot } from '../measures/throughput.js';
import type { Step } from '../programs/orders.js';

export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** The slots of one contender under one kind of load. */
export const slotsOf = (
  slots: readonly Slot[],
  { contender, users, paced = false }: { contender: string; users: number; paced?: boolean },
): readonly Slot[] =>
  slots.filter(
    (slot) => slot.contender === contender && slot.users === users && slot.paced === paced,
  );

/** To the slot of bare Temporal in the same round: what disturbs a round disturbs both. */
export function ratioToBare(
  all: readonly Slot[],
  mine: readonly Slot[],
  figure: (slot: Slot) => number,
): Ratio {
  const ratios = mine.flatMap((slot) => {
    const { users, paced, round } = slot;
    const bare = slotsOf(all, { contender: BARE, users, paced }).find((s) => s.round === round);
    return bare === undefined ? [] : [figure(slot) / figure(bare)];
  });
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

export const callsPerSecond = (slot: Slot): number => slot.callsPerSecond;
export const cpuMs = (slot: Slot): number => sum(Object.values(slot.cpuMsPerCall));
export const p50Of =
  (step: Step) =>
  (slot: Slot): number =>
    percentile(slot.steps[step], 0.5);

/** Over all rounds together. */
export const pooled = (slots: readonly Slot[], step: Step, share: number): number =>
  percentile(
    slots.flatMap((slot) => slot.steps[step]),
    share,
  );
