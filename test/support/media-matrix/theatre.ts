import { Client, Connection } from '@temporalio/client';
import { startTencentSimulator } from '../../../src/simulators/tencent/simulator.js';
import { startTrtcSimulator } from '../../../src/simulators/trtc/simulator.js';
import { type MortalProduct, mortalProduct } from '../kills/mortal-product.js';
import { freshNamespace } from '../namespace.js';
import { robotBackend, SDK_APP_ID, SECRET_KEY } from '../robot-backend.js';
import { API_KEY, CALLBACK_KEY } from '../trtc.js';
import { CALLBACKS } from './faults.js';
import type { Scene } from './players.js';
import { sturdy } from './sturdy.js';

const CALLBACK_SECRET = 'a-secret-of-tests';
/** As the older Call service repeats callbacks that were not taken. */
const CALLBACK_AGAIN_AFTER_MS = [0, 1_000, 1_000, 2_000, 3_000, 5_000];
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
    callbackRetryMs: CALLBACK_AGAIN_AFTER_MS,
  });
  const trtc = await startTrtcSimulator({
    ...app,
    apiSecretId,
    apiSecretKey,
    ratePerSecond: 1_000,
    callbackKey: CALLBACK_KEY,
  });
  const namespace = await freshNamespace(temporalAddress);
  const connection = await Connection.connect({ address: temporalAddress });
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
      TRTC_INGEST_ROOM_ID_TYPE: 'numeric-is-1',
    },
  });
  const { apiUrl } = product.place;
  const Url = `${apiUrl}/webhooks/tencent-call/${CALLBACK_SECRET}`;
  const direct = robotBackend(simulator.url);
  await direct.send('call_config/set_callback', { Url, CallbackCommandList: CALLBACKS });
  trtc.control.callBack({ url: `${apiUrl}/webhooks/trtc`, how: 'mixed' });
  return {
    product,
    simulator,
    trtc,
    insistent: sturdy(robotBackend(apiUrl)),
    temporal: new Client({ connection, namespace }),
    async close() {
      await connection.close();
      await product.remove();
      await simulator.stop();
      await trtc.stop();
    },
  };
}
