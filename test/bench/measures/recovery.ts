import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { workflowSettled } from '../../support/call-cost.js';
import type { Killable } from '../contenders/contender.js';

export interface Recovery {
  readonly contender: string;
  readonly liveCalls: number;
  /** From the kill until a new worker was ready. */
  readonly bootMs: readonly number[];
  /** From the kill until the command was answered. */
  readonly idle: readonly number[];
  readonly inFlight: readonly number[];
}

export interface Kills {
  readonly liveCalls: number;
  /** Of idle workers, and as many of workers with tasks in hand. */
  readonly kills: number;
}

const RING_SECONDS = 600;
const OPENED_WITHIN_MS = 180_000;
const COMMANDS = 20;
/** Fewer than the tasks a worker asks for at a time, so that each is handed out. */
const IN_HAND = 8;
const HANDED_OUT_MS = 300;
const SETTLE_MS = 3_000;

/** Kills the worker while calls are live, starts another at once, and commands some of the calls. */
export async function measureRecovery(
  killable: Killable,
  address: string,
  { liveCalls, kills }: Kills,
): Promise<Recovery> {
  const { name, load, temporal } = killable.contender;
  if (temporal === undefined) throw new Error(`${name} has no worker of Temporal`);
  const live = { count: liveCalls, withinMs: OPENED_WITHIN_MS, ringSeconds: RING_SECONDS };
  const { ids } = await load.order({ kind: 'open', ...live });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const figures: Figures = { bootMs: [], idle: [], inFlight: [] };
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      for (const id of ids) await workflowSettled(client, temporal.workflowId(id));
      await killIdle(killable, kill, figures);
      await killWithTasks(killable, kills + kill, figures);
    }
  } finally {
    await connection.close();
  }
  return { contender: name, liveCalls: ids.length, ...figures };
}

interface Figures {
  readonly bootMs: number[];
  readonly idle: number[];
  readonly inFlight: number[];
}

async function killIdle(killable: Killable, seed: number, { bootMs, idle }: Figures) {
  const { load } = killable.contender;
  await sleep(SETTLE_MS);
  await killable.killWorker();
  const asked = load.order({ kind: 'accept', count: COMMANDS, seed });
  bootMs.push(await timed(killable.startWorker()));
  idle.push(...(await asked).latencies);
}

async function killWithTasks(killable: Killable, seed: number, { bootMs, inFlight }: Figures) {
  const { load } = killable.contender;
  await sleep(SETTLE_MS);
  killable.freezeWorker();
  const begun = performance.now();
  const inHand = load.order({ kind: 'accept', count: IN_HAND, seed });
  await sleep(HANDED_OUT_MS);
  const frozenMs = performance.now() - begun;
  await killable.killWorker();
  bootMs.push(await timed(killable.startWorker()));
  inFlight.push(...(await inHand).latencies.map((ms) => ms - frozenMs));
}

async function timed(work: Promise<void>): Promise<number> {
  const begun = performance.now();
  await work;
  return performance.now() - begun;
}
