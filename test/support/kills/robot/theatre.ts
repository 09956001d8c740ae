import { Client, Connection } from '@temporalio/client';
import {
  startTencentSimulator,
  type TencentSimulator,
} from '../../../../src/simulators/tencent/simulator.js';
import { freshNamespace } from '../../namespace.js';
import { robotBackend, SDK_APP_ID, SECRET_KEY } from '../../robot-backend.js';
import { runningWorkflows, whatStillRuns } from '../../running-workflows.js';
import type { Stage } from '../company.js';
import { mortalProduct } from '../mortal-product.js';
import { playAll } from '../play-together.js';
import { play, type Told } from './people.js';
import type { Script } from './scripts.js';

/** The product, and a simulated Tencent that outlives it. */
export interface Theatre extends Stage<Script, Told> {
  readonly simulator: TencentSimulator;
}

/** Tencent's own five seconds would only make everybody wait. */
const RECORD_DELAY_MS = 500;

export async function openTheatre(temporalAddress: string): Promise<Theatre> {
  const simulator = await startTencentSimulator({
    port: 0,
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    devices: [{ does: 'nothing' }],
    recordDelayMs: RECORD_DELAY_MS,
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
    },
  });
  const connection = await Connection.connect({ address: temporalAddress });
  const temporal = new Client({ connection, namespace });
  const backend = robotBackend(product.place.apiUrl);

  async function terminate(robot: string): Promise<boolean> {
    const ids = await runningWorkflows(temporal, `CallerId = '${robot}'`);
    const ended = await Promise.all(
      ids.map((id) =>
        temporal.workflow
          .getHandle(id)
          .terminate('by hand')
          .then(
            () => true,
            // It has just ended by itself.
            () => false,
          ),
      ),
    );
    return ended.includes(true);
  }

  return {
    product,
    temporal,
    simulator,
    play(scripts) {
      const scene = { simulator, backend, terminate };
      const armed = scripts.map((script) => ({
        isArmed: script.point !== undefined,
        async play() {
          const { robot: userId, point } = script;
          if (point !== undefined) await product.arm({ point, userId });
          return play(script, scene);
        },
      }));
      return playAll(product, armed);
    },
    live: () => whatStillRuns(temporal),
    async close() {
      await connection.close();
      await product.remove();
      await simulator.stop();
    },
  };
}
