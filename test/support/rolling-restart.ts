import { setTimeout as sleep } from 'node:timers/promises';
import type { CallLoad } from './call-load.js';
import type { Member } from './cluster.js';
import { total } from './insistent-user.js';

const BETWEEN_MS = 800;
const LOOK_EVERY_MS = 10;
const WAIT_MS = 90_000;

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
    await until(() => load.live() > 0);
    const liveCalls = load.live();
    const openBefore = unanswered(load);
    const asked = performance.now();
    const ended = await member.stop();
    const stopMs = Math.round(performance.now() - asked);
    // Until an API has waited for the answer of a worker, for as long as it does.
    if (member.role === 'worker') await until(() => unanswered(load) > openBefore);
    await member.start();
    restarts.push({ role: member.role, ended, liveCalls, stopMs });
  }
  await sleep(BETWEEN_MS);
  return restarts;
}

const unanswered = ({ ledger }: CallLoad): number => total(ledger.retried, '50401');

async function until(holds: () => boolean): Promise<void> {
  const latest = Date.now() + WAIT_MS;
  while (!holds() && Date.now() < latest) await sleep(LOOK_EVERY_MS);
}

/** How a process ends on SIGTERM that has answered and written what it had to. */
export const CLEANLY = { code: 0, signal: null, stderr: '' };
