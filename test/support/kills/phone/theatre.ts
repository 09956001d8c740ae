import { setTimeout as pause } from 'node:timers/promises';
import { Connection, Client as TemporalClient } from '@temporalio/client';
import { LIVE_STATUSES } from '../../../../src/call/state.js';
import { type Client, createClient } from '../../../../src/client/create-client.js';
import { freshNamespace } from '../../namespace.js';
import { whatStillRuns } from '../../running-workflows.js';
import { serviceToken } from '../../tokens.js';
import type { Stage } from '../company.js';
import { mortalProduct } from '../mortal-product.js';
import { playAll } from '../play-together.js';
import { play, type Told } from './people.js';
import { RING_SECONDS, TALK_SECONDS } from './plan.js';
import type { PhoneProvider, StandIn } from './provider.js';
import { markOf, type Script } from './scripts.js';

/** The product, and a simulated telephony provider that outlives it. */
export interface Theatre extends Stage<Script, Told> {
  readonly provider: PhoneProvider;
  readonly standIn: StandIn;
}

const LOOK_EVERY_MS = 500;
const KNOWN_WITHIN_MS = 120_000;

export async function openTheatre(
  temporalAddress: string,
  provider: PhoneProvider,
  way: string,
): Promise<Theatre> {
  const standIn = await provider.open(way);
  const namespace = await freshNamespace(temporalAddress);
  const product = await mortalProduct({
    role: 'serve',
    settings: ({ apiUrl }) => ({
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      TRTC_SDK_APP_ID: '1400000000',
      TRTC_SECRET_KEY: 'a key for tests',
      PHONE_SHOWS_HOTLINE: 'false',
      PHONE_RING_TIMEOUT_SECONDS: String(RING_SECONDS),
      PHONE_MAX_DURATION_SECONDS: String(TALK_SECONDS),
      PHONE_CALLS_PER_HOUR_OF_ALL: '100000',
      ...standIn.settings(apiUrl),
    }),
  });
  const { apiUrl } = product.place;
  standIn.pushTo(apiUrl);
  const connection = await Connection.connect({ address: temporalAddress });
  const temporal = new TemporalClient({ connection, namespace });

  /** A call that never started has no workflow: the sweep ends its record. */
  async function recordedLive(client: Client): Promise<string[]> {
    const lists = await Promise.all(
      LIVE_STATUSES.map((status) => client.listCalls({ status }).catch(() => undefined)),
    );
    return lists.flatMap((list) => list?.calls.map((call) => `record ${call.call_id}`) ?? ['?']);
  }

  async function live(): Promise<string[]> {
    const client = createClient({ baseUrl: apiUrl, token: await serviceToken() });
    const ringing = standIn.calls().filter(({ endedAt }) => endedAt === undefined);
    const rings = ringing.map(({ caller }) => `phones of ${caller}`);
    return [...(await whatStillRuns(temporal)), ...(await recordedLive(client)), ...rings];
  }

  /** Everybody has a phone before anything is killed. */
  async function provide(scripts: readonly Script[]): Promise<void> {
    const client = createClient({ baseUrl: apiUrl, token: await serviceToken() });
    const latest = Date.now() + KNOWN_WITHIN_MS;
    const provideOne = async (userId: string): Promise<void> => {
      for (;;) {
        try {
          await client.putUser({ userId }, { phone: provider.numberOf(userId) });
          return;
        } catch (error) {
          if (Date.now() > latest) throw error;
          await pause(LOOK_EVERY_MS);
        }
      }
    };
    const userIds = scripts.flatMap(({ caller, callee }) => [caller, callee]);
    await Promise.all(userIds.map(provideOne));
  }

  return {
    product,
    provider,
    temporal,
    standIn,
    async play(scripts) {
      await provide(scripts);
      const armed = scripts.map((script) => ({
        isArmed: script.point !== undefined,
        async play() {
          const { point } = script;
          if (point !== undefined) await product.arm({ point, userId: markOf(provider, script) });
          return play(script, { apiUrl, provider, standIn });
        },
      }));
      return playAll(product, armed);
    },
    live,
    async close() {
      await connection.close();
      await product.remove();
      await standIn.stop();
    },
  };
}
