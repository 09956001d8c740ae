import { setTimeout as pause } from 'node:timers/promises';
import { startTencentSimulator } from '../../../src/simulators/tencent/simulator.js';
import { startTrtcSimulator } from '../../../src/simulators/trtc/simulator.js';
import { type MortalProduct, mortalProduct } from '../kills/mortal-product.js';
import { freshNamespace } from '../namespace.js';
import { type RobotBackend, robotBackend, SDK_APP_ID, SECRET_KEY } from '../robot-backend.js';
import { API_KEY, CALLBACK_KEY } from '../trtc.js';
import type { Scene } from './players.js';

export const CALLBACK_SECRET = 'a-secret-of-tests';
const COMMANDS = ['StartCall', 'MemberChanged', 'EndCall'].map(
  (what) => `Call.CallbackAfter${what}`,
);
const PATIENCE_MS = 120_000;
const AGAIN_AFTER_MS = 300;
/** Whatever is known of these, the same request may be sent again. */
const NOT_SETTLED: readonly number[] = [60008, 60014, 100001, 101001];

export interface MortalScene extends Scene {
  readonly product: MortalProduct;
  close(): Promise<void>;
}

/** A product that may be killed, between simulators that outlive it. */
export async function openMortalScene(temporalAddress: string): Promise<MortalScene> {
  const app = { port: 0, sdkAppId: SDK_APP_ID, secretKey: SECRET_KEY };
  const { secretId: apiSecretId, secretKey: apiSecretKey } = API_KEY;
  const simulator = await startTencentSimulator({
    ...app,
    devices: [{ does: 'nothing' }],
    recordDelayMs: 300,
  });
  const trtc = await startTrtcSimulator({
    ...app,
    apiSecretId,
    apiSecretKey,
    ratePerSecond: 1_000,
    callbackKey: CALLBACK_KEY,
  });
  const namespace = await freshNamespace(temporalAddress);
  const product = await mortalProduct({
    role: 'serve',
    settings: {
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      TRTC_SDK_APP_ID: String(SDK_APP_ID),
      TRTC_SECRET_KEY: SECRET_KEY,
      TENCENT_CALL_API: simulator.url,
      TENCENT_CALLBACK_SECRET: CALLBACK_SECRET,
      TENCENTCLOUD_SECRET_ID: apiSecretId,
      TENCENTCLOUD_SECRET_KEY: apiSecretKey,
      TRTC_CLOUD_API: trtc.url,
      TRTC_CALLBACK_KEY: CALLBACK_KEY,
    },
  });
  const { apiUrl } = product.place;
  const Url = `${apiUrl}/webhooks/tencent-call/${CALLBACK_SECRET}`;
  const direct = robotBackend(simulator.url);
  await direct.send('call_config/set_callback', { Url, CallbackCommandList: COMMANDS });
  trtc.control.callBack({ url: `${apiUrl}/webhooks/trtc` });
  return {
    product,
    simulator,
    trtc,
    insistent: sturdy(robotBackend(apiUrl)),
    stack: { temporalAddress, namespace },
    async close() {
      await product.place.remove();
      await simulator.stop();
      await trtc.stop();
    },
  };
}

let lastRandom = 9_000_000;

/** Asks a product that may be dead just now. */
const sturdy = (backend: RobotBackend): RobotBackend => ({
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
