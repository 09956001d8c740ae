import { startTencentSimulator } from '../../../src/simulators/tencent/simulator.js';
import { SDK_APP_ID, SECRET_KEY } from '../../support/robot-backend.js';
import type { Hosts } from '../measures/robots.js';
import type { Stage } from '../stage.js';
import { serverParts } from './bare.js';
import { product, type Store, storeParts } from './switchyard.js';

export interface RobotHosts extends Hosts {
  stop(): Promise<void>;
}

/** Long enough to be followed once or twice, soon enough that no crowd gathers. */
const REJECTED_AFTER_MS = 1_000;

/** `switchyard serve` before a simulated Tencent whose callees decline. */
export async function robotHosts(stage: Stage, store: Store): Promise<RobotHosts> {
  const tencent = await startTencentSimulator({
    port: 0,
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    devices: [{ does: 'reject', afterMs: REJECTED_AFTER_MS }],
    // The closed loop asks what Switchyard can do, not what Tencent allows.
    ratePerSecond: 100_000,
  });
  const { place, namespace, launch } = await product(stage, store, stage.temporal.address, {
    TRTC_SDK_APP_ID: String(SDK_APP_ID),
    TRTC_SECRET_KEY: SECRET_KEY,
    TENCENT_CALL_API: tencent.url,
  });
  const { running, url } = await launch('serve');
  return {
    switchyard: url,
    tencent: tencent.url,
    costs: {
      address: stage.temporal.address,
      namespace,
      parts: {
        serve: running.pid,
        ...serverParts(stage, stage.temporal),
        ...storeParts(stage, store),
      },
    },
    async stop() {
      await place.remove();
      await tencent.stop();
    },
  };
}
