import type { Contender } from '../contenders/contender.js';
import { cpuMsOf } from '../figures/processes.js';

export type CpuMs = Readonly<Record<string, number>>;

/** Spent so far, by part. */
export const cpuOf = ({ parts }: Contender): CpuMs =>
  Object.fromEntries(Object.entries(parts).map(([part, pid]) => [part, cpuMsOf(pid)]));

export const spentBetween = (before: CpuMs, after: CpuMs, calls: number): CpuMs =>
  Object.fromEntries(
    Object.entries(after).map(([part, ms]) => [part, (ms - (before[part] ?? 0)) / calls]),
  );
