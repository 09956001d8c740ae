import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from './process-identity.js';

export interface KnownProcess {
  readonly pid: number;
  readonly identity: string;
}

const LOOK_EVERY_MS = 20;

export const isAlive = ({ pid, identity }: KnownProcess): boolean => identityOf(pid) === identity;

async function goneWithin(known: KnownProcess, timeoutMs: number): Promise<boolean> {
  const until = Date.now() + timeoutMs;
  while (isAlive(known) && Date.now() < until) await sleep(LOOK_EVERY_MS);
  return !isAlive(known);
}

function signal(known: KnownProcess, name: NodeJS.Signals): void {
  if (!isAlive(known)) return;
  try {
    process.kill(known.pid, name);
  } catch (error) {
    // It may end between the look and the signal.
    if (isAlive(known)) throw error;
  }
}

/** Ends exactly this process, never a later one with its pid; resolves when it is gone. */
export async function endProcess(known: KnownProcess, graceMs: number): Promise<void> {
  signal(known, 'SIGTERM');
  if (await goneWithin(known, graceMs)) return;
  signal(known, 'SIGKILL');
  if (!(await goneWithin(known, graceMs))) {
    throw new Error(`Process ${known.pid} cannot be ended`);
  }
}
