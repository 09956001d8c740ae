import { onTestFinished } from 'vitest';
import type { TencentSimulatorSettings } from '../../src/simulators/tencent/settings.js';
import {
  startTencentSimulator,
  type TencentSimulator,
} from '../../src/simulators/tencent/simulator.js';
import type { TrtcSimulatorSettings } from '../../src/simulators/trtc/settings.js';
import type { TrtcSimulator } from '../../src/simulators/trtc/simulator.js';
import {
  insistentBackend,
  type RobotBackend,
  robotBackend,
  SDK_APP_ID,
  SECRET_KEY,
} from './robot-backend.js';
import { type Stack, startStack } from './stack.js';
import { API_KEY, trtcSimulator } from './trtc.js';

export interface StreamStack extends TencentStack {
  /** TRTC's cloud API. */
  readonly trtc: TrtcSimulator;
}

/** As `startTencentStack`, with streams that are played into rooms. */
export async function startStreamStack(
  settings: Partial<TrtcSimulatorSettings> = {},
  env: NodeJS.ProcessEnv = {},
  calls: Partial<TencentSimulatorSettings> = {},
): Promise<StreamStack> {
  const trtc = await trtcSimulator(settings);
  const started = await startTencentStack(calls, {
    TENCENTCLOUD_SECRET_ID: API_KEY.secretId,
    TENCENTCLOUD_SECRET_KEY: API_KEY.secretKey,
    TRTC_CLOUD_API: trtc.url,
    ...env,
  });
  return { ...started, trtc };
}

export interface TencentStack {
  readonly stack: Stack;
  readonly simulator: TencentSimulator;
  /** Speaks to us. */
  readonly backend: RobotBackend;
  /** Speaks to us, and sends again what was not answered. */
  readonly insistent: RobotBackend;
  /** Speaks to Tencent itself. */
  readonly direct: RobotBackend;
}

/** The service, pointed at a simulated Tencent; both end with the test. */
export async function startTencentStack(
  settings: Partial<TencentSimulatorSettings> = {},
  env: NodeJS.ProcessEnv = {},
): Promise<TencentStack> {
  const simulator = await startTencentSimulator({
    port: 0,
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    devices: [{ does: 'nothing' }],
    recordDelayMs: 200,
    ...settings,
  });
  onTestFinished(() => simulator.stop());
  const stack = await startStack({
    env: {
      TRTC_SDK_APP_ID: String(SDK_APP_ID),
      TRTC_SECRET_KEY: SECRET_KEY,
      TENCENT_CALL_API: simulator.url,
      ...env,
    },
  });
  const backend = robotBackend(stack.url);
  return {
    stack,
    simulator,
    backend,
    insistent: insistentBackend(backend),
    direct: robotBackend(simulator.url),
  };
}
