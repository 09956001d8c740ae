import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createClient } from '../../../../src/client/create-client.js';
import type { YuntongxunSimulator } from '../../../../src/simulators/yuntongxun/simulator.js';
import { freshNamespace } from '../../namespace.js';
import { serviceToken } from '../../tokens.js';
import { ACCOUNT, APP_ID, openYuntongxun } from '../../yuntongxun.js';
import { pointsOf } from '../kill-plan.js';
import { type MortalProduct, mortalProduct } from '../mortal-product.js';
import { playTogether } from '../play-together.js';
import { play, type Told } from './people.js';
import { PHONE_PLAN } from './plan.js';
import { e164Of, encores, markOf, type Script } from './scripts.js';

/** The product, and a simulated telephony provider that outlives it. */
export interface Theatre {
  readonly product: MortalProduct;
  readonly temporal: Client;
  readonly simulator: YuntongxunSimulator;
  readonly points: readonly string[];
  /** Plays them until every call of theirs is over, and more until each point was killed at. */
  play(scripts: readonly Script[]): Promise<readonly Told[]>;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 500;
const OVER_WITHIN_MS = 300_000;
const MOST_ENCORES = 3;
const SECRET = 'a-secret-end-of-a-path';
/** What the simulator says of a call, in the order of its stages. */
const STATES = '0=requested,1=caller_ringing,2=caller_answered,3=callee_ringing,4=bridged,5=over';

/** `explained`: whether the product knows what the provider's words for a state mean. */
export async function openTheatre(temporalAddress: string, explained: boolean): Promise<Theatre> {
  const simulator = await openYuntongxun({
    dialAfterMs: 100,
    ringMs: explained ? 5_000 : 120_000,
    recordDelayMs: 4_000,
  });
  const namespace = await freshNamespace(temporalAddress);
  const product = await mortalProduct({
    role: 'serve',
    settings: {
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      TRTC_SDK_APP_ID: '1400000000',
      TRTC_SECRET_KEY: 'a key for tests',
      YUNTONGXUN_API: simulator.url,
      YUNTONGXUN_ACCOUNT_SID: ACCOUNT.sid,
      YUNTONGXUN_ACCOUNT_TOKEN: ACCOUNT.token,
      YUNTONGXUN_APP_ID: APP_ID,
      YUNTONGXUN_PUSH_SECRET: SECRET,
      PHONE_SHOWS_HOTLINE: 'false',
      PHONE_RING_TIMEOUT_SECONDS: '4',
      PHONE_MAX_DURATION_SECONDS: '10',
      PHONE_CALLS_PER_HOUR_OF_ALL: '100000',
      ...(explained && { YUNTONGXUN_STATES: STATES }),
    },
  });
  const { apiUrl } = product.place;
  const pushes = `${apiUrl}/webhooks/yuntongxun/${SECRET}`;
  simulator.control.pushTo({ url: pushes });
  await product.start();
  const points = pointsOf(PHONE_PLAN, (await product.points()).declared);
  await product.kill();
  const connection = await Connection.connect({ address: temporalAddress });
  const temporal = new Client({ connection, namespace });

  async function isOver(): Promise<void> {
    const latest = Date.now() + OVER_WITHIN_MS;
    for (;;) {
      const left: string[] = [];
      const query = `ExecutionStatus = 'Running'`;
      for await (const { workflowId } of temporal.workflow.list({ query })) left.push(workflowId);
      const rings = simulator.control.ledger().calls.filter(({ endedAt }) => endedAt === undefined);
      if (left.length === 0 && rings.length === 0) return;
      if (Date.now() > latest) throw new Error(`still live: ${left.join(', ')}, ${rings.length}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  const provide = async (scripts: readonly Script[]): Promise<void> => {
    const alive = product.keepAlive();
    const client = createClient({ baseUrl: apiUrl, token: await serviceToken() });
    for (const userId of scripts.flatMap(({ caller, callee }) => [caller, callee])) {
      while (!(await isProvided(client, userId))) await pause(LOOK_EVERY_MS);
    }
    await alive.stop();
    await product.kill();
  };

  const perform = async (scripts: readonly Script[]): Promise<Told[]> => {
    await provide(scripts);
    const armed = scripts.map((script) => ({
      isArmed: script.point !== undefined,
      async play() {
        const { point } = script;
        if (point !== undefined) await product.arm({ point, userId: markOf(script) });
        return play(script, { apiUrl, simulator });
      },
    }));
    const told = await playTogether(product, { scripts: armed, isOver });
    await product.kill();
    return told;
  };

  return {
    product,
    temporal,
    simulator,
    points,
    async play(scripts) {
      let told = await perform(scripts);
      for (let encore = 0; encore < MOST_ENCORES; encore += 1) {
        const { killed } = await product.points();
        const missed = points.filter((point) => !(point in killed));
        if (missed.length === 0) break;
        told = [...told, ...(await perform(encores(missed, 1_000 * (encore + 1))))];
      }
      await product.start();
      return told;
    },
    async close() {
      await connection.close();
      await product.place.remove();
      await simulator.stop();
    },
  };
}

const isProvided = (client: ReturnType<typeof createClient>, userId: string): Promise<boolean> =>
  client.putUser({ userId }, { phone: e164Of(userId) }).then(
    () => true,
    () => false,
  );
