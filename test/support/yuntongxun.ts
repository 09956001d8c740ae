import { onTestFinished } from 'vitest';
import type { YuntongxunSimulatorSettings } from '../../src/simulators/yuntongxun/settings.js';
import {
  startYuntongxunSimulator,
  type YuntongxunSimulator,
} from '../../src/simulators/yuntongxun/simulator.js';

export const ACCOUNT = {
  sid: 'aaf98f894e8a784b014e8a9b3c7d0001',
  token: 'b1946ac92492d2347c6235b4d2611184',
};
export const APP_ID = '8a216da85e7e4bbd015e7f2c1f2d0002';

/** A simulated provider in which nobody takes up a phone. */
export const openYuntongxun = (
  settings: Partial<YuntongxunSimulatorSettings> = {},
): Promise<YuntongxunSimulator> =>
  startYuntongxunSimulator({
    port: 0,
    accountSid: ACCOUNT.sid,
    accountToken: ACCOUNT.token,
    appId: APP_ID,
    phone: {},
    dialAfterMs: 0,
    recordDelayMs: 50,
    ...settings,
  });

/** The same, ended with the test. */
export async function yuntongxun(
  settings: Partial<YuntongxunSimulatorSettings> = {},
): Promise<YuntongxunSimulator> {
  const simulator = await openYuntongxun(settings);
  onTestFinished(() => simulator.stop());
  return simulator;
}
