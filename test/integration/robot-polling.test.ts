import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aStartBody } from '../support/robot-backend.js';
import { startTencentStack } from '../support/tencent.js';

const CALLS = 100;
const STARTED_AT_ONCE = 5;
const RING_MS = 600_000;
const WATCHED_MS = 6_000;
/** While everybody is rung: one request for each call. Tencent allows twice as many. */
const MOST_PER_SECOND = 100;
/** A look that was begun before the watch may be counted in it. */
const ON_THEIR_WAY = CALLS;

describe('a hundred live calls', () => {
  it('cost Tencent at most a hundred requests a second, and each is asked about', async () => {
    const { insistent, simulator } = await startTencentStack({ ratePerSecond: 200 });
    const start = async (nth: number) => {
      const body = aStartBody({ CalleeList_Account: [`callee-${nth}`], Timeout: RING_MS });
      expect(await insistent.send('start_call_by_robot', body)).toMatchObject({ ErrorCode: 0 });
    };
    for (let nth = 0; nth < CALLS; nth += STARTED_AT_ONCE) {
      await Promise.all(Array.from({ length: STARTED_AT_ONCE }, (_, more) => start(nth + more)));
    }
    const asked = () => simulator.control.ledger().requests.get_call_info ?? 0;
    const before = asked();
    await pause(WATCHED_MS);
    const counted = asked() - before;
    const perSecond = counted / (WATCHED_MS / 1_000);
    process.stdout.write(`${CALLS} ringing calls: ${perSecond.toFixed(1)} requests a second\n`);

    expect(counted).toBeLessThanOrEqual((MOST_PER_SECOND * WATCHED_MS) / 1_000 + ON_THEIR_WAY);
    expect(counted).toBeGreaterThanOrEqual(CALLS);
    const { calls, requests } = simulator.control.ledger();
    expect(calls.filter(({ endedAt }) => endedAt === undefined)).toHaveLength(CALLS);
    // Nobody else asks anything meanwhile: no request is one of a kind that was not counted.
    expect(Object.keys(requests).sort()).toEqual(['get_call_info', 'start_call_by_robot']);
  });
});
