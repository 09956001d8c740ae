import { randomBytes } from 'node:crypto';
import type { Config } from '../config.js';
import { startTencentSimulator, type TencentSimulator } from '../simulators/tencent/simulator.js';
import { startTrtcSimulator, type TrtcSimulator } from '../simulators/trtc/simulator.js';
import { runCallbackErrand } from './tencent-callback.js';
import type { Undo } from './undo.js';

/** Stands in for Tencent where none is configured. */
export interface SimulatedTencent {
  /** Its callees answer after two seconds. */
  readonly calls: TencentSimulator;
  readonly rooms: TrtcSimulator;
}

/** Nobody's real phone rings, and nothing is billed, as long as no place of Tencent is configured. */
export async function withTencent(
  config: Config,
  undo: Undo,
): Promise<{ readonly config: Config; readonly tencent?: SimulatedTencent }> {
  const { TENCENT_CALL_API: place, TRTC_SDK_APP_ID: sdkAppId, TRTC_SECRET_KEY: secretKey } = config;
  if (place !== undefined || sdkAppId === undefined || secretKey === undefined) return { config };
  const administrators = config.TENCENT_ADMINISTRATORS;
  const calls = await startTencentSimulator({ port: 0, sdkAppId, secretKey, administrators });
  undo.add(() => calls.stop());
  const [apiSecretId, apiSecretKey] = [aKey(), aKey()];
  const rooms = await startTrtcSimulator({
    port: 0,
    sdkAppId,
    secretKey,
    apiSecretId,
    apiSecretKey,
  });
  undo.add(() => rooms.stop());
  const simulated = Object.freeze({
    ...config,
    TENCENT_CALL_API: calls.url,
    TENCENT_CALLBACK_SECRET: aKey(),
    TENCENTCLOUD_SECRET_ID: apiSecretId,
    TENCENTCLOUD_SECRET_KEY: apiSecretKey,
    TRTC_CLOUD_API: rooms.url,
  });
  return { config: simulated, tencent: { calls, rooms } };
}

/** As an operator does once: `switchyard tencent set-callback`. */
export async function haveUsCalledBack(config: Config, apiUrl: string): Promise<void> {
  await runCallbackErrand({ ...config, TENCENT_CALLBACK_URL: apiUrl }, 'set');
}

const aKey = (): string => randomBytes(16).toString('hex');
