import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from '../contenders/contender.js';
import { sum } from '../figures/statistics.js';
import type { Step } from '../programs/orders.js';
import { type CpuMs, cpuOf, spentBetween } from './cpu.js';

/** What one contender did in one slot of a round. */
export interface Slot {
  readonly contender: string;
  readonly users: number;
  readonly paced: boolean;
  readonly round: number;
  readonly failed: number;
  readonly callsPerSecond: number;
  readonly cpuMsPerCall: CpuMs;
  readonly steps: Readonly<Record<Step, readonly number[]>>;
}

export interface Rounds {
  readonly rounds: number;
  readonly slotMs: number;
  /** How many calls at a time. */
  readonly users: readonly number[];
}

/** Records and closing events that follow the last answer belong to the call. */
const SETTLE_MS = 1_500;
/** Long enough that what follows one step is over before the next. */
const PACE_MS = 150;
/** One call takes most of a second then, and a median of a handful says little. */
const PACED_SLOTS = 3;
/** Long enough that what is measured is compiled code: a service runs for days. */
const WARM_UP = { kind: 'calls', users: 16, ms: 10_000, pauseMs: 0 } as const;

/** All contenders after each other, again and again, every second time in the reverse order. */
export async function runRounds(
  contenders: readonly Contender[],
  { rounds, slotMs, users }: Rounds,
  progress: (line: string) => void,
): Promise<readonly Slot[]> {
  for (const { load } of contenders) await load.order(WARM_UP);
  const slots: Slot[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const how of [{ users: 1, paced: true }, ...users.map((each) => notPaced(each))]) {
      for (const contender of order) {
        const ms = how.paced ? slotMs * PACED_SLOTS : slotMs;
        const slot = await runSlot(contender, { ...how, round, ms });
        slots.push(slot);
        progress(`round ${round + 1}: ${told(slot)}`);
      }
    }
  }
  return slots;
}

const notPaced = (users: number) => ({ users, paced: false });

interface SlotSettings {
  readonly users: number;
  readonly paced: boolean;
  readonly round: number;
  readonly ms: number;
}

async function runSlot(contender: Contender, settings: SlotSettings): Promise<Slot> {
  const { users, paced, round, ms } = settings;
  const before = cpuOf(contender);
  const pauseMs = paced ? PACE_MS : 0;
  const { calls, failed, elapsedMs, steps } = await contender.load.order({
    kind: 'calls',
    users,
    ms,
    pauseMs,
  });
  await sleep(SETTLE_MS);
  return {
    contender: contender.name,
    users,
    paced,
    round,
    failed,
    callsPerSecond: (calls / elapsedMs) * 1_000,
    cpuMsPerCall: spentBetween(before, cpuOf(contender), calls),
    steps,
  };
}

const told = (slot: Slot): string =>
  `${slot.contender}, ${slot.paced ? 'paced' : `${slot.users} at a time`}: ` +
  `${slot.callsPerSecond.toFixed(1)} calls/s, ` +
  `${sum(Object.values(slot.cpuMsPerCall)).toFixed(1)} CPU-ms each, ${slot.failed} failed`;
