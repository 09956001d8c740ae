import { onTestFinished } from 'vitest';
import type { TrtcSimulatorSettings } from '../../src/simulators/trtc/settings.js';
import { startTrtcSimulator, type TrtcSimulator } from '../../src/simulators/trtc/simulator.js';
import { SDK_APP_ID, SECRET_KEY } from './robot-backend.js';

export const API_KEY = { secretId: 'AKIDofTests', secretKey: 'a key of the cloud API' };

/** Signs callbacks. */
export const CALLBACK_KEY = 'keyOfTests1';

/** Runs until the test has finished. */
export async function trtcSimulator(
  settings: Partial<TrtcSimulatorSettings> = {},
): Promise<TrtcSimulator> {
  const running = await startTrtcSimulator({
    port: 0,
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    apiSecretId: API_KEY.secretId,
    apiSecretKey: API_KEY.secretKey,
    ratePerSecond: 1_000,
    callbackKey: CALLBACK_KEY,
    ...settings,
  });
  onTestFinished(() => running.stop());
  return running;
}
