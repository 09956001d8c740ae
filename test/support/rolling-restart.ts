import { setTimeout as sleep } from 'node:timers/promises';
import type { CallLoad } from './call-load.js';
import type { Member } from './cluster.js';

const BETWEEN_MS = 800;
/** Longer than an API waits for the answer of a worker. */
const WORKER_AWAY_MS = 3_000;

export interface Restart {
  readonly role: string;
  readonly ended: Awaited<ReturnType<Member['stop']>>;
  /** Calls that were under way when the process was told to stop. */
  readonly liveCalls: number;
  readonly stopMs: number;
}

/** SIGTERM to one process after the other, each started again before the next. */
export async function restartEach(members: readonly Member[], load: CallLoad): Promise<Restart[]> {
  const restarts: Restart[] = [];
  for (const member of members) {
    await sleep(BETWEEN_MS);
    const liveCalls = load.live();
    const asked = performance.now();
    const ended = await member.stop();
    const stopMs = Math.round(performance.now() - asked);
    if (member.role === 'worker') await sleep(WORKER_AWAY_MS);
    await member.start();
    restarts.push({ role: member.role, ended, liveCalls, stopMs });
  }
  await sleep(BETWEEN_MS);
  return restarts;
}

/** How a process ends on SIGTERM that has answered and written what it had to. */
export const CLEANLY = { code: 0, signal: null, stderr: '' };
