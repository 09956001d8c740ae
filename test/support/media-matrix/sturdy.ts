import { setTimeout as pause } from 'node:timers/promises';
import type { RobotBackend } from '../robot-backend.js';

/**
 * A start that was lost on its way is looked for until its ring is over and half a minute more, and stays
 * the same start for a minute after whoever asked was last told so.
 */
const PATIENCE_MS = 240_000;
const AGAIN_AFTER_MS = 300;
/** Whatever is known of these, the same request may be sent again. */
const NOT_SETTLED: readonly number[] = [60008, 60014, 100001, 101001];

let lastRandom = 9_000_000;

/** Asks a product that may be dead just now, or far behind. */
export const sturdy = (backend: RobotBackend): RobotBackend => ({
  async send(command, body) {
    lastRandom += 1;
    const same = { random: String(lastRandom) };
    for (const until = Date.now() + PATIENCE_MS; ; await pause(AGAIN_AFTER_MS)) {
      const answer = await backend.send(command, body, same).catch(() => undefined);
      const isSettled = answer !== undefined && !NOT_SETTLED.includes(answer.ErrorCode);
      if (isSettled) return answer;
      if (Date.now() > until) throw new Error(`${command}: ${JSON.stringify(answer)}`);
    }
  },
});
