import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { type InsistentCall, insistentCall, type Outcome } from '../support/insistent-call.js';
import { pointsOf } from '../support/kills/kill-plan.js';
import { auditKills } from '../support/kills/rtc/audit.js';
import { RTC_PLANS } from '../support/kills/rtc/plan.js';
import { expectAgreement } from '../support/kills/rtc/suite.js';
import { openTheatre, type Theatre } from '../support/kills/rtc/theatre.js';

const NOTICED_WITHIN_MS = 60_000;
const RING_SECONDS = 600;

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre();
});
afterAll(() => theatre?.close());

async function ringing(): Promise<InsistentCall> {
  const { caller, callee } = await theatre.stage();
  return insistentCall({ caller, callee, ringSeconds: RING_SECONDS });
}

async function talking(): Promise<InsistentCall> {
  const { caller, callee } = await theatre.stage();
  const call = await insistentCall({ caller, callee });
  await call.accept();
  await call.report(caller, 'joined');
  await call.report(callee, 'joined');
  return call;
}

const terminate = ({ callId }: InsistentCall) =>
  theatre.temporal.workflow.getHandle(callWorkflowId(callId)).terminate('by hand');

const noticed = async (call: InsistentCall): Promise<Outcome> => ({
  ...(await call.over({ status: 'ended', cause: 'ops_ended', reason: 'ops_ended', by: 'system' })),
  terminated: true,
});

describe('calls whose workflows were terminated from outside', () => {
  it('are ended within a minute of a sweep, though sweeps before it were killed', async () => {
    const { product } = theatre;
    const points = pointsOf(RTC_PLANS.sweep, (await product.points()).declared);
    const whileAlive = await ringing();
    const whileDead = await talking();
    await terminate(whileAlive);
    for (const point of points) {
      await product.arm({ point });
      expect(await product.diesBefore(sleep(NOTICED_WITHIN_MS))).toBe(true);
      if (point === points[0]) await terminate(whileDead);
      await product.start();
    }
    const last = await ringing();
    await terminate(last);
    const backAt = Date.now();
    const outcomes = await Promise.all([whileAlive, whileDead, last].map(noticed));
    const tookMs = Date.now() - backAt;
    const audit = await auditKills(theatre, outcomes);
    const { reached, killed } = await product.points();
    const lines = points.map(
      (point) => `${point}: reached ${reached[point]}, killed ${killed[point]}`,
    );
    process.stdout.write(`${lines.join('\n')}\nnoticed after ${tookMs} ms\n`);

    expect(points).toEqual(['before engine.running', 'after engine.running']);
    expect(tookMs).toBeLessThan(NOTICED_WITHIN_MS);
    expectAgreement(audit);
    expect(audit.busyLines).toEqual([]);
  });
});
