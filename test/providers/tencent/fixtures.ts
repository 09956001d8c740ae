import { onTestFinished } from 'vitest';
import type { RobotPlan } from '../../../src/contract/robot-plan.js';
import type { RobotCalls } from '../../../src/ports/robot-calls.js';
import { issueUserSig } from '../../../src/providers/rtc-tokens/user-sig.js';
import type { CallRestSettings } from '../../../src/providers/tencent/call-rest.js';
import { createTencentRobotCalls } from '../../../src/providers/tencent/robot-calls.js';
import type { TencentSimulatorSettings } from '../../../src/simulators/tencent/settings.js';
import {
  startTencentSimulator,
  type TencentSimulator,
} from '../../../src/simulators/tencent/simulator.js';

export const SDK_APP_ID = 88888888;
export const SECRET_KEY = '5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e';

/** Until the test has finished. */
export function robotCallsAt(place: string, change: Partial<CallRestSettings> = {}): RobotCalls {
  const robotCalls = createTencentRobotCalls({
    place,
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    identifier: 'administrator',
    issueUserSig,
    ...change,
  });
  onTestFinished(() => robotCalls.close());
  return robotCalls;
}

export interface Line {
  readonly simulator: TencentSimulator;
  readonly robotCalls: RobotCalls;
}

/** The client and a simulator for it. Phones ring in vain unless they are told what to do. */
export async function line(
  settings: Partial<TencentSimulatorSettings> = {},
  change: Partial<CallRestSettings> = {},
): Promise<Line> {
  const simulator = await startTencentSimulator({
    port: 0,
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    devices: [{ does: 'nothing' }],
    recordDelayMs: 0,
    ...settings,
  });
  onTestFinished(() => simulator.stop());
  return { simulator, robotCalls: robotCallsAt(simulator.url, change) };
}

export const PLACING: RobotPlan = {
  robot: 'robot',
  callees: ['jack'],
  media: 'video',
  room: { id: 'room-1', kind: 'text' },
  ringMs: 30_000,
};

/** The id of a call that rings. */
export async function placed({ robotCalls }: Line, change: Partial<RobotPlan> = {}) {
  const outcome = await robotCalls.place({ ...PLACING, ...change });
  if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
  return outcome.providerCallId;
}
