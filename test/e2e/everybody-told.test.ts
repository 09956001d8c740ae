import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import { openPostgres } from '../../src/store/postgres.js';
import { type Repositories, repositories } from '../store/stores.js';
import { type Cluster, type Member, startCluster } from '../support/cluster.js';
import { insist } from '../support/insist.js';
import { emptyLedger, insistentUser, total } from '../support/insistent-user.js';
import { historyOf } from '../support/kills/call-history.js';
import { type Device, listeningDevice } from '../support/listening-device.js';
import { type MortalReceiver, mortalReceiver } from '../support/mortal-receiver.js';
import { type Couple, randomCall } from '../support/random-calls.js';
import { CLEANLY } from '../support/rolling-restart.js';
import { runs } from '../support/runs.js';
import { type Random, runSeed, seeded, shuffled } from '../support/seeded.js';
import { serviceToken } from '../support/tokens.js';
import { type ToldEvent, toldBy } from '../support/told-by-history.js';

const CALLS = runs(50);
const COUPLES = 10;
const PATIENCE_MS = 120_000;

let cluster: Cluster;
let apis: Member[];
let workers: Member[];
let receiver: MortalReceiver;
let store: Repositories;
let connection: Connection;

beforeAll(async () => {
  cluster = await startCluster();
  const settings = {
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    // Short steps, and more of them than bad luck can use up: nothing may be given up here.
    WEBHOOK_RETRY_SECONDS: Array.from({ length: 200 }, (_, nth) => nth * 0.7).join(','),
  };
  // The first one makes the tables and registers what Temporal has to know.
  apis = [await cluster.member('api', settings)];
  apis.push(await cluster.member('api', settings));
  workers = [await cluster.member('worker', settings), await cluster.member('worker', settings)];
  receiver = await mortalReceiver(seeded(runSeed() + 1));
  store = repositories(await openPostgres(cluster.databaseUrl));
  connection = await Connection.connect({ address: cluster.temporalAddress });
});
afterAll(async () => {
  await receiver?.kill();
  await store?.database.close();
  await connection?.close();
  await cluster?.remove();
});

/**
 * Ends one process after the other, in random order, and starts it again, until it is told to stop. Of
 * ours one in each round is stopped as by a deployment; the others are killed.
 */
function killAtRandom(random: Random) {
  const kills: Record<string, number> = { api: 0, worker: 0, receiver: 0, 'cleanly stopped': 0 };
  const unclean: unknown[] = [];
  const count = (what: string) => {
    kills[what] = (kills[what] ?? 0) + 1;
  };
  let stopping = false;
  const victims = [...apis, ...workers, receiver];
  const work = (async () => {
    // In whole rounds, so that none is left out by chance.
    while (!stopping) {
      let isDeployed = false;
      for (const victim of shuffled(victims, random)) {
        await sleep(200 + random() * 1_000);
        if ('role' in victim && !isDeployed) {
          isDeployed = true;
          const ended = await victim.stop();
          if (isDeepStrictEqual(ended, CLEANLY)) count('cleanly stopped');
          else unclean.push({ role: victim.role, ...ended });
        } else {
          count('role' in victim ? victim.role : 'receiver');
          await victim.kill();
        }
        await sleep(random() * 400);
        await victim.start();
      }
    }
  })();
  return {
    kills,
    unclean,
    async stop() {
      stopping = true;
      await work;
    },
  };
}

async function registerEndpoints() {
  const backend = createClient({ baseUrl: apis[0]?.url ?? '', token: await serviceToken() });
  const register = async (path: string, event_types: ToldEvent['event']['type'][] | null) => {
    const url = receiver.url + path;
    const made = await insist(() => backend.createWebhookEndpoint({ url, event_types }));
    receiver.secrets.push(made.secret);
    return made.endpoint_id;
  };
  await register('everything', null);
  return backend;
}

async function calls(temporal: Client): Promise<Map<number, ToldEvent[]>> {
  const told = new Map<number, ToldEvent[]>();
  const rows = await store.rows(sql`select id from calls order by id`);
  const logged = await store.rows(sql`select event_id from events`);
  const log = new Set(logged.map(({ event_id }) => event_id));
  for (const { id } of rows) {
    const callId = Number(id);
    const history = await historyOf(temporal, callId);
    if (history !== undefined)
      told.set(
        callId,
        toldBy(history, (id) => log.has(id)),
      );
  }
  return told;
}

const callOf = (eventId: string): number => Number(eventId.split('-')[0]);

/** What was heard, call by call, each in the order in which it was heard. */
function byCall(heard: readonly string[]): Map<number, string[]> {
  const calls = new Map<number, string[]>();
  for (const id of heard) calls.set(callOf(id), [...(calls.get(callOf(id)) ?? []), id]);
  return calls;
}

/** What must have been heard by whom this is for. */
function expected(told: Map<number, ToldEvent[]>, isFor: (event: ToldEvent) => boolean) {
  const mine = [...told].map(
    ([callId, events]) => [callId, events.filter(isFor).map(({ id }) => id)] as const,
  );
  return new Map(mine.filter(([, ids]) => ids.length > 0));
}

const isForDevice =
  ({ userId, terminalId }: Device) =>
  ({ to, event }: ToldEvent): boolean =>
    to.includes(userId) && !(event.why === 'answered_elsewhere' && event.terminalId === terminalId);

it(
  'tells every device and every endpoint what happened, once and in order, whatever is killed',
  async () => {
    const seed = runSeed();
    console.log(`seed ${seed}, ${CALLS} calls`);
    const urls = apis.map(({ url }) => url);
    await registerEndpoints();
    const ledger = emptyLedger();
    const devices: Device[] = [];
    const people: Couple[] = [];
    for (let nth = 0; nth < COUPLES; nth += 1) {
      const [callerId, calleeId] = [`${50_000 + nth}`, `${60_000 + nth}`];
      const random = seeded(seed + 10 * nth);
      const person = (userId: string) => insistentUser({ urls, userId, ledger, random });
      people.push({
        caller: await person(callerId),
        callee: await person(calleeId),
        calleeId,
        random: seeded(seed + 10 * nth + 1),
      });
      for (const [userId, terminal] of [
        [callerId, 'caller-phone'],
        [calleeId, 'callee-phone'],
        [calleeId, 'callee-tablet'],
      ] as const) {
        devices.push(await listeningDevice(urls, userId, terminal, seeded(seed + 10 * nth + 2)));
      }
    }

    const killing = killAtRandom(seeded(seed - 1));
    const played: Record<string, number> = {};
    let left = CALLS;
    await Promise.all(
      people.map(async (couple) => {
        while (left > 0) {
          left -= 1;
          const how = await randomCall(couple);
          played[how] = (played[how] ?? 0) + 1;
        }
      }),
    );
    await killing.stop();

    const temporal = new Client({ connection });
    for (const callId of byCall(await written()).keys()) {
      await temporal.workflow
        .getHandle(`call-${callId}`)
        .result()
        .catch(() => undefined);
    }
    const told = await calls(temporal);
    const patience = { timeout: PATIENCE_MS };
    await expect.poll(() => byCall(receiver.taken()), patience).toEqual(expected(told, () => true));
    for (const device of devices) {
      await expect
        .poll(() => byCall(device.heard()), patience)
        .toEqual(expected(told, isForDevice(device)));
    }
    await Promise.all(devices.map((device) => device.stop()));

    const connections = devices.reduce((sum, device) => sum + device.connections(), 0);
    console.log(
      `played ${JSON.stringify(played)}; killed ${JSON.stringify(killing.kills)}; the receiver failed ${JSON.stringify(receiver.failures)}; ${connections} connections of ${devices.length} devices; ${total(ledger.retried)} requests sent again`,
    );
    expect(killing.unclean).toEqual([]);
    expect(told.size).toBeGreaterThanOrEqual(CALLS * 0.9);
    for (const count of Object.values({ ...killing.kills, ...receiver.failures })) {
      expect(count).toBeGreaterThan(0);
    }
    expect(connections).toBeGreaterThan(devices.length * 2);
    expect(devices.map((device) => device.gaps())).toEqual(devices.map(() => 0));
    const pending = await store.rows(
      sql`select id, status from webhook_deliveries where status <> 'delivered'`,
    );
    expect(pending).toEqual([]);
  },
  300_000 * inject('effort'),
);

const written = async (): Promise<string[]> =>
  (await store.rows(sql`select id from calls`)).map(({ id }) => `${id}-0-0`);
